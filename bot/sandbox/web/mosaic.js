// Where the photos of an album go: rows of one width, of which the best division of the photos is chosen.

const GAP = 2;
const MOST_IN_ROW = 4;
const NARROWEST = 68;
const RATIO = [0.55, 2.2];

const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));

/** Every way to divide n photos into rows of one to four. */
function* divisions(n) {
  if (n === 0) yield [];
  for (let first = 1; first <= Math.min(MOST_IN_ROW, n); first += 1) {
    for (const rest of divisions(n - first)) yield [first, ...rest];
  }
}

function heights(rows, ratios, width) {
  let at = 0;
  return rows.map((size) => {
    const row = ratios.slice(at, (at += size));
    return (width - GAP * (size - 1)) / row.reduce((sum, ratio) => sum + ratio, 0);
  });
}

/** How far a division is from what looks good: the wanted height in all, even rows, the widest photo first. */
function badness(rows, ratios, width, wanted) {
  const tall = heights(rows, ratios, width);
  const total = tall.reduce((sum, height) => sum + height, GAP * (rows.length - 1));
  const mean = total / rows.length;
  const uneven = tall.reduce((sum, height) => sum + Math.abs(height - mean), 0) / mean;
  const narrow = rows.some((size, row) => size > 1 && tall[row] * RATIO[0] < NARROWEST) ? 2 : 0;
  const growing = tall.some((height, row) => row && height > 1.3 * tall[row - 1]) ? 0.3 : 0;
  return 2 * Math.abs(Math.log(total / wanted)) + 0.4 * uneven + narrow + growing;
}

/** Boxes {x, y, width, height} in px for photos of these width/height ratios, and the height of the whole. */
export function mosaic(given, width) {
  const ratios = given.map((ratio) => clamp(ratio, RATIO));
  const wanted = width * (given.length < 3 ? 0.75 : given.length < 6 ? 0.95 : 1.2);
  let best = null;
  for (const rows of divisions(ratios.length)) {
    const score = badness(rows, ratios, width, wanted);
    if (!best || score < best.score) best = { rows, score };
  }
  return boxes(best.rows, ratios, width);
}

function boxes(rows, ratios, width) {
  const found = [];
  let [at, y] = [0, 0];
  heights(rows, ratios, width).forEach((height, row) => {
    let x = 0;
    for (let column = 0; column < rows[row]; column += 1, at += 1) {
      const wide = column === rows[row] - 1 ? width - x : ratios[at] * height;
      found.push({ x, y, width: wide, height });
      x += wide + GAP;
    }
    y += height + GAP;
  });
  return { boxes: found, height: y - GAP };
}
