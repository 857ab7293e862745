// Runs in the page, anew for each question: makes functions that tell faults of the page as it stands, as sentences.
{
  const controls =
    "a[href],button,input,select,textarea,summary,label[data-rac],[role=button],[role=tab],[role=option],[role=menuitem],[role=menuitemradio]";
  const texts = "h1,h2,h3,h4,label,legend,th,dt,[role=status]";
  const dialogs = document.querySelectorAll("[role=dialog],[role=alertdialog],[role=menu]");
  const panels = document.querySelectorAll("aside");
  // What is behind a dialog or a panel that lies over the page is nobody's now.
  const root =
    dialogs[dialogs.length - 1] ??
    [...panels].find((panel) => getComputedStyle(panel).position === "fixed") ??
    document.body;

  const say = (element) =>
    `${element.tagName.toLowerCase()} "${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40)}"`;
  const parts = (element) => {
    const found = [];
    for (let at = element; at !== null; at = at.parentElement) found.push(at);
    return found;
  };
  const isSeen = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const { width, height } = element.getBoundingClientRect();
    return width > 2 && height > 2 && !isHidden(element);
  };
  const hidden = new Map([[null, false]]);
  // Words for screen readers alone, and fields that a drawing stands for.
  const isHidden = (element) => {
    const known = hidden.get(element);
    if (known !== undefined) return known;
    const { clipPath, position, opacity } = getComputedStyle(element);
    const isOwn =
      opacity === "0" ||
      (/absolute|fixed/.test(position) && (clipPath === "inset(50%)" || element.offsetWidth <= 1));
    const found = isOwn || isHidden(element.parentElement);
    hidden.set(element, found);
    return found;
  };
  const scrollerOf = (element) =>
    parts(element.parentElement).find(
      (at) => /auto|scroll/.test(getComputedStyle(at).overflowX) && at.scrollWidth > at.clientWidth,
    );
  const within = (selector) => [...root.querySelectorAll(selector)].filter(isSeen);
  const withinReach = () =>
    within(controls).filter((element) => element.closest("[aria-hidden=true],[inert]") === null);

  /** What sticks out of the window, words that are cut, and controls that something else lies over. */
  const layout = () => {
    const faults = [];
    const over = document.documentElement.scrollWidth - innerWidth;
    if (over > 0) faults.push(`the page is too wide by ${over}`);
    for (const element of withinReach()) {
      const { left, right } = element.getBoundingClientRect();
      if ((left < -1 || right > innerWidth + 1) && scrollerOf(element) === undefined)
        faults.push(`${say(element)} sticks out: ${Math.round(left)} to ${Math.round(right)}`);
    }
    faults.push(
      ...[...withinReach(), ...within(texts)].flatMap(cutWords),
      ...covered(),
      ...overlaps(),
    );
    return faults;
  };

  const cutWords = (element) => {
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName)) return [];
    const cut = [element, ...element.querySelectorAll("*")].find((at) => {
      if (!(at instanceof HTMLElement) || at.clientWidth === 0) return false;
      const { overflowX, overflowY, display } = getComputedStyle(at);
      if (display === "inline" || /auto|scroll/.test(overflowX) || isHidden(at)) return false;
      // A name that somebody chose may be long; what is cut of it is told on hover and to screen readers.
      if (at.closest("[title]") !== null) return false;
      const isClipped = overflowY !== "visible" && at.scrollHeight > at.clientHeight + 2;
      return at.scrollWidth > at.clientWidth + 1 || isClipped;
    });
    return cut === undefined
      ? []
      : [
          `${say(element)} is cut: ${cut.scrollWidth}×${cut.scrollHeight} in ${cut.clientWidth}×${cut.clientHeight}`,
        ];
  };

  const covered = () => {
    const before = [scrollX, scrollY];
    const faults = withinReach().flatMap((element) => {
      if (scrollerOf(element) !== undefined) return [];
      element.scrollIntoView({ block: "center", behavior: "instant" });
      const [box] = element.getClientRects();
      if (box === undefined) return [];
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      const hit = document.elementFromPoint(x, y);
      const label = hit?.closest("label");
      const isOwn =
        hit !== null &&
        (element.contains(hit) ||
          hit.contains(element) ||
          label?.control === element ||
          label?.contains(element));
      return isOwn ? [] : [`${say(element)} is covered by ${hit === null ? "nothing" : say(hit)}`];
    });
    scrollTo(...before);
    return faults;
  };

  /** Words that lie over other words. */
  const overlaps = () => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode() !== null) {
      const node = walker.currentNode;
      const owner = node.parentElement;
      if (
        owner === null ||
        node.data.trim() === "" ||
        owner.closest("svg,option,script,style") !== null
      )
        continue;
      if (
        !owner.checkVisibility({ opacityProperty: true, visibilityProperty: true }) ||
        isHidden(owner)
      )
        continue;
      const around = parts(owner);
      // What floats over the page is meant to.
      if (
        around.some(
          (at) =>
            root.contains(at) && at !== root && /fixed|sticky/.test(getComputedStyle(at).position),
        )
      )
        continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const frames = around
        .filter((at) => getComputedStyle(at).overflowX !== "visible")
        .map((at) => at.getBoundingClientRect());
      for (const box of range.getClientRects()) {
        const seen = frames.reduce(meet, box);
        if (seen.right - seen.left > 3 && seen.bottom - seen.top > 3) found.push({ node, ...seen });
      }
    }
    const faults = new Set();
    for (const [at, one] of found.entries())
      for (const other of found.slice(at + 1)) {
        if (other.node === one.node) continue;
        const { left, right, top, bottom } = meet(one, other);
        if (right - left > 3 && bottom - top > 5)
          faults.add(
            `"${one.node.data.trim().slice(0, 30)}" lies over "${other.node.data.trim().slice(0, 30)}"`,
          );
      }
    return [...faults];
  };
  const meet = (one, other) => ({
    left: Math.max(one.left, other.left),
    right: Math.min(one.right, other.right),
    top: Math.max(one.top, other.top),
    bottom: Math.min(one.bottom, other.bottom),
  });

  const looksOf = (element) => {
    const {
      outlineStyle,
      outlineWidth,
      outlineColor,
      outlineOffset,
      borderTopColor,
      borderTopWidth,
      backgroundColor,
      boxShadow,
      color,
      fontWeight,
      textDecorationLine,
    } = getComputedStyle(element);
    const outline =
      outlineStyle === "none" ? "none" : `${outlineWidth} ${outlineColor} ${outlineOffset}`;
    const border = borderTopWidth === "0px" ? "none" : `${borderTopWidth} ${borderTopColor}`;
    return { outline, border, backgroundColor, boxShadow, color, fontWeight, textDecorationLine };
  };

  /** Controls that look the same with the focus. A key was pressed before, so that the focus is a keyboard's. */
  const focus = () =>
    [...root.querySelectorAll(`${controls},[tabindex="0"]`)].flatMap((element) => {
      if (element.tabIndex < 0 || element.matches(":disabled,[type=hidden],[type=file]")) return [];
      if (!element.checkVisibility({ visibilityProperty: true })) return [];
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      const shown = [element, ...parts(element).slice(1, 3), ...element.children];
      const before = shown.map((at) => JSON.stringify(looksOf(at)));
      element.focus({ preventScroll: true });
      if (document.activeElement !== element) return [];
      const isTold = shown.some((at, place) => {
        const { outline, border, boxShadow } = looksOf(at);
        return (
          JSON.stringify(looksOf(at)) !== before[place] &&
          (Number.parseFloat(outline) >= 2 || border !== "none" || boxShadow !== "none")
        );
      });
      return isTold ? [] : [`${say(element)} does not show that it has the focus`];
    });

  /** Boxes that are drawn by their ground alone, and choices that their ground alone tells. */
  const grounds = () => {
    const faults = [];
    const groundOf = (element) =>
      parts(element)
        .map((at) => getComputedStyle(at).backgroundColor)
        .find((ground) => !/^rgba\(.*, 0\)$|transparent/.test(ground));
    for (const element of within("span,div,i,b,li,td")) {
      if (
        element.childElementCount > 0 ||
        element.textContent.trim() !== "" ||
        element.matches("[aria-hidden=true][data-plain]")
      )
        continue;
      if (element.dataset.drawn === undefined) continue;
      const { borderTopWidth, outlineStyle } = getComputedStyle(element);
      if (
        groundOf(element) === groundOf(element.parentElement) &&
        borderTopWidth === "0px" &&
        outlineStyle === "none"
      )
        faults.push(
          `a drawn ${element.tagName.toLowerCase()} in ${say(element.parentElement)} is not seen`,
        );
    }
    for (const element of within(
      "[aria-pressed=true],[aria-current],[data-selected=true],[aria-selected=true],[aria-checked=true]",
    )) {
      const attribute = [
        "aria-pressed",
        "aria-current",
        "data-selected",
        "aria-selected",
        "aria-checked",
      ].find((name) => element.hasAttribute(name));
      const like = [
        ...(element.parentElement?.parentElement ?? root).querySelectorAll(element.tagName),
      ].filter(
        (other) =>
          isSeen(other) &&
          other.classList.length > 0 &&
          (other.getAttribute(attribute) ?? "false") === "false",
      );
      const other = like.find((one) => one.getAttribute("role") === element.getAttribute("role"));
      if (
        other === undefined ||
        element.querySelector("svg path[d='M4 10.5 8 14.5 16 5.5']") !== null
      )
        continue;
      if (JSON.stringify(looksOf(element)) === JSON.stringify(looksOf(other)))
        faults.push(`${say(element)} looks like ${say(other)}, which is not chosen`);
    }
    for (const element of within(
      "button,input:not([type=checkbox],[type=radio],[type=range],[type=file]),textarea,select",
    )) {
      const { border, outline } = looksOf(element);
      if (element.closest("[aria-hidden=true]") !== null) continue;
      if (
        border === "none" &&
        outline === "none" &&
        element.closest("[role=listbox],[role=menu]") === null &&
        !parts(element).some((at) => at.matches("[data-framed]"))
      )
        faults.push(`${say(element)} has no edge`);
    }
    return faults;
  };

  /** Marks what is drawn by its ground alone, while grounds are seen. */
  const markDrawn = () => {
    const groundOf = (element) =>
      parts(element)
        .map((at) => getComputedStyle(at).backgroundColor)
        .find((ground) => !/^rgba\(.*, 0\)$|transparent/.test(ground));
    for (const element of within("span,div,i,b,li,td"))
      if (
        element.childElementCount === 0 &&
        element.textContent.trim() === "" &&
        groundOf(element) !== groundOf(element.parentElement)
      )
        element.dataset.drawn = "";
    return [];
  };

  /** Motion that is more than a change of opacity. */
  const motion = () => {
    const faults = document
      .getAnimations()
      .filter(({ playState }) => playState === "running")
      .map((one) => `an animation runs: ${one.animationName ?? one.transitionProperty ?? one.id}`);
    for (const element of within("*")) {
      const { transitionProperty, transitionDuration, scrollBehavior } = getComputedStyle(element);
      if (/[1-9]/.test(transitionDuration) && !/^(opacity(, )?|none)+$/.test(transitionProperty))
        faults.push(`${say(element)} moves: ${transitionProperty}`);
      if (scrollBehavior === "smooth") faults.push(`${say(element)} scrolls smoothly`);
    }
    return faults;
  };

  /** Sentences and labels of English in a page that is in another language. Code, what says its own language, and texts with `names` are meant to be so. */
  const english = (names) => {
    const isOwn = (element) =>
      element.closest("code,pre,kbd,script,style,noscript,textarea,[lang]") ===
      document.documentElement;
    const said = new Set([document.title]);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() !== null) {
      const owner = walker.currentNode.parentElement;
      if (owner !== null && isOwn(owner)) said.add(walker.currentNode.data);
    }
    for (const element of document.querySelectorAll("body *"))
      for (const name of ["aria-label", "aria-description", "title", "placeholder", "alt", "label"])
        if (isOwn(element)) said.add(element.getAttribute(name) ?? "");
    // Long names first, since some are within others.
    const own = names.toSorted((a, b) => b.length - a.length);
    return [...said].flatMap((text) => {
      const rest = own.reduce((left, name) => left.replaceAll(name, ""), text);
      const words =
        /(?<![\w./-])[a-z]{2,}[,;:.]?[ \n]+[a-z]{2,}(?![\w/-]|\.\w)/i.test(rest) ||
        /^\s*[A-Z][a-z]+\s*$/.test(rest);
      return words ? [`English is left: "${text.trim().slice(0, 120)}"`] : [];
    });
  };

  globalThis.faultsOfPage = { layout, focus, grounds, markDrawn, motion, english };
}
