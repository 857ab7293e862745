/**
 * Lines of a price by whole megapixels of 1,048,576 pixels, rounded up: the first one of each made
 * picture, each further one, and those of the input at the rate of the further. US dollars.
 */
export function megapixelLines(first: number, further = first) {
  const whole = { round_up: 1, megapixel: 1_048_576 as const };
  return [
    { per: "megapixel" as const, first_rate: first, rate: further, ...whole },
    { per: "input_megapixel" as const, rate: further, ...whole },
  ];
}
