// What is wrong with the page as it stands, a sentence each: what axe and its like look for first.
(() => {
  const wrong = [];
  const say = (element, text) => wrong.push(text + ": " + element.outerHTML.replace(/\s+/g, " ").slice(0, 120));
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });

  // WCAG 2.2, 1.4.3: relative luminance of sRGB, and the ratio of two.
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = color;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => { const c = part / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
      if (color[3] > 0) say(at, "a background that lets through what is below cannot be measured");
    }
    return [255, 255, 255, 255];
  };
  const measured = new Set();
  const contrast = (element, color, least) => {
    const back = ground(element);
    const key = color + back;
    if (measured.has(key)) return;
    measured.add(key);
    const [a, b] = [light(rgba(color)), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least) say(element, color + " on " + back.slice(0, 3) + " has a contrast of " + ratio.toFixed(2));
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() && shown(element)) contrast(element, getComputedStyle(element).color, 4.5);
  }
  for (const input of document.querySelectorAll("input")) {
    contrast(input, getComputedStyle(input, "::placeholder").color, 4.5);
    // 1.4.11: what shows where a control is.
    contrast(input.parentElement, getComputedStyle(input).borderTopColor, 3);
  }
  for (const bar of document.querySelectorAll("rect")) contrast(bar.closest("section"), getComputedStyle(bar).fill, 3);

  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(shown);
  headings.reduce((last, heading) => {
    const level = Number(heading.tagName[1]);
    if (level > last + 1) say(heading, "a heading leaves a level out");
    if (!heading.textContent.trim()) say(heading, "a heading says nothing");
    return level;
  }, 0);
  if (headings.filter((heading) => heading.tagName === "H1").length !== 1) wrong.push("the page has not one title");
  if (document.querySelectorAll("main").length !== 1) wrong.push("the page has not one main part");
  if (!document.documentElement.lang || !document.title) wrong.push("the page has no language or no title");

  const ids = new Set();
  for (const element of document.querySelectorAll("[id]")) {
    if (ids.has(element.id)) say(element, "an id twice");
    ids.add(element.id);
  }
  for (const name of ["aria-labelledby", "aria-describedby", "aria-activedescendant"]) {
    for (const element of document.querySelectorAll("[" + name + "]")) {
      if (!ids.has(element.getAttribute(name))) say(element, name + " leads nowhere");
    }
  }
  for (const link of document.querySelectorAll("a")) {
    if (!ids.has(link.getAttribute("href").slice(1))) say(link, "a link leads nowhere");
  }
  for (const head of document.querySelectorAll("th")) {
    if (!head.textContent.trim() || !head.scope) say(head, "a head of a table says nothing, or not of what");
  }
  for (const image of document.querySelectorAll("svg, img")) {
    if (image.getAttribute("aria-hidden") !== "true") say(image, "an image without words");
  }
  if (document.documentElement.scrollWidth > innerWidth) {
    wrong.push("the page is " + document.documentElement.scrollWidth + " wide where there is room for " + innerWidth);
  }
  return wrong;
})()
