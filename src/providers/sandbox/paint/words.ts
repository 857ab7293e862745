import type { Mood } from "./palette.ts";

/** The ways in which a picture can be composed. */
export const compositions = [
  "landscape",
  "papercut",
  "orbits",
  "ribbons",
  "tiles",
  "bloom",
] as const;
export type Composition = (typeof compositions)[number];

/** The outline of a landscape's layers. */
export type Profile = "hills" | "mountains" | "pines" | "skyline" | "dunes" | "waves";

/** Figures cut from paper that can sit in a landscape. */
export type Emblem = "fox" | "cat" | "boat" | "house";

/** Motifs that the prompt's words ask for; undefined where they are silent and the seed decides. */
export interface Motifs {
  readonly mood: Mood | undefined;
  readonly composition: Composition | undefined;
  readonly profile: Profile | undefined;
  readonly emblem: Emblem | undefined;
  readonly moon: boolean;
  readonly stars: boolean;
  readonly snow: boolean;
}

type Hint = Partial<Motifs>;

/** First match wins for each property, so the strongest words come first. */
const hints: readonly (readonly [RegExp, Hint])[] = [
  [
    /^(night|midnight|nocturnal|dark|nuit|nacht|noche)$/,
    { mood: "night", moon: true, stars: true },
  ],
  [/^(moon|moonlit|moonlight|lunar|lune|luna|mond)$/, { mood: "night", moon: true, stars: true }],
  [/^(stars?|starry|milky)$/, { mood: "night", stars: true }],
  [
    /^(galaxy|space|planets?|orbit|orbits|cosmic|universe|astronaut|saturn|mars)$/,
    { mood: "night", composition: "orbits", stars: true },
  ],
  [
    /^(snow|snowy|winter|ice|icy|frozen|arctic|glacier|polar|penguins?|christmas)$/,
    { mood: "arctic", snow: true, composition: "landscape" },
  ],
  [
    /^(fox|foxes|vixen)$/,
    { emblem: "fox", composition: "landscape", mood: "autumn", profile: "pines" },
  ],
  [/^(cat|cats|kitten|kitty)$/, { emblem: "cat", composition: "landscape" }],
  [
    /^(boat|boats|ship|sail|sailing|sailboat|yacht|harbour|harbor)$/,
    { emblem: "boat", composition: "landscape", profile: "waves" },
  ],
  [
    /^(house|home|cabin|cottage|hut|lighthouse|farm|village)$/,
    { emblem: "house", composition: "landscape" },
  ],
  [/^(sunset|dusk|evening|twilight)$/, { mood: "dusk", composition: "landscape" }],
  [/^(sunrise|dawn|morning|mist|misty|fog|foggy)$/, { mood: "dawn", composition: "landscape" }],
  [
    /^(sea|ocean|waves?|water|lake|beach|coast|island|river|fish|whale)$/,
    { mood: "ocean", profile: "waves", composition: "landscape" },
  ],
  [
    /^(forest|forests|trees?|pines?|woods?|woodland|jungle)$/,
    { mood: "forest", profile: "pines", composition: "landscape" },
  ],
  [
    /^(mountains?|alps|alpine|peaks?|summit|volcano|cliffs?)$/,
    { profile: "mountains", composition: "landscape" },
  ],
  [
    /^(city|skyline|town|street|skyscrapers?|buildings?|tokyo|york|london|paris|berlin|cyberpunk)$/,
    { profile: "skyline", composition: "landscape" },
  ],
  [
    /^(desert|dunes?|sand|sahara|camel|egypt)$/,
    { mood: "desert", profile: "dunes", composition: "landscape" },
  ],
  [
    /^(meadow|valley|fields?|hills?|countryside|landscape|horizon|sun|sunny)$/,
    { profile: "hills", composition: "landscape" },
  ],
  [
    /^(flowers?|roses?|garden|bloom|blossoms?|petals?|tulips?|spring|bouquet|sunflowers?|mandala)$/,
    { composition: "bloom" },
  ],
  [
    /^(canyon|cave|paper|papercut|origami|portal|tunnel|deep|map|topographic)$/,
    { composition: "papercut" },
  ],
  [
    /^(wind|silk|flow|flowing|dreams?|smoke|music|aurora|liquid|wavy|abstract|gradient|wallpaper)$/,
    { composition: "ribbons" },
  ],
  [
    /^(bauhaus|geometric|geometry|pattern|tiles?|logo|mosaic|icon|quilt|grid|modernist)$/,
    { composition: "tiles" },
  ],
  [/^(autumn|fall|orange|rust|copper|amber|pumpkin)$/, { mood: "autumn" }],
  [/^(red|crimson|fire|flames?|lava|ember|dragon|burning|scarlet)$/, { mood: "ember" }],
  [/^(pink|rose|roses|love|blush|cherry|sakura|magenta)$/, { mood: "rose" }],
  [/^(purple|violet|lavender|lilac|magic|magical|unicorn|neon|cyberpunk)$/, { mood: "lavender" }],
  [/^(green|moss|leaf|leaves|grass|spring|frogs?)$/, { mood: "forest" }],
  [/^(emerald|jade|teal|turquoise|aurora|deep|underwater)$/, { mood: "jade" }],
  [/^(blue|azure|sky|cobalt|navy|rain|rainy)$/, { mood: "ocean" }],
  [
    /^(yellow|gold|golden|lemons?|citrus|tropical|summer|fruits?|banana|honey)$/,
    { mood: "citrus" },
  ],
  [
    /^(black|white|monochrome|grey|gray|ink|minimal|minimalist|noir|sketch|drawing)$/,
    { mood: "ink" },
  ],
];

/** Only the start of a long prompt steers: enough for any sentence, bounded for 32,000 characters. */
const steeringCharactersMax = 2000;

function wordsOf(text: string): string[] {
  return (
    text
      .slice(0, steeringCharactersMax)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? []
  );
}

/** Reads what it can from the prompt. Words that the negative prompt holds too are left out of account. */
export function motifsOf(prompt: string, negativePrompt: string): Motifs {
  const unwanted = new Set(wordsOf(negativePrompt));
  const words = wordsOf(prompt).filter((word) => !unwanted.has(word));
  const found = hints
    .filter(([pattern]) => words.some((word) => pattern.test(word)))
    .map(([, hint]) => hint);
  return {
    mood: found.find((hint) => hint.mood !== undefined)?.mood,
    composition: found.find((hint) => hint.composition !== undefined)?.composition,
    profile: found.find((hint) => hint.profile !== undefined)?.profile,
    emblem: found.find((hint) => hint.emblem !== undefined)?.emblem,
    moon: found.some((hint) => hint.moon === true),
    stars: found.some((hint) => hint.stars === true),
    snow: found.some((hint) => hint.snow === true),
  };
}
