// Ontologies as boxes around their concepts, in rows; each concept has its place, so that nothing
// moves but what a decision moved.
import "./frame.js";

const place = document.getElementById("graph");
const slider = document.getElementById("step");
const APART = 46;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

// The middle of each box: the widest row is about as wide as the picture is for its height.
function spread(regions, wide) {
  const sides = regions.map((one) => 34 * Math.sqrt(one.shown.length) + 40);
  const whole = sides.reduce((sum, side) => sum + (side + APART) ** 2, 0);
  const width = Math.max(...sides, Math.sqrt(whole * wide));
  let x = 0;
  let y = 0;
  let row = 0;
  return new Map(regions.map((one, index) => {
    const side = sides[index];
    if (x && x + side > width) {
      x = 0;
      y += row + APART;
      row = 0;
    }
    const middle = { x: x + side / 2, y: y + side / 2 };
    x += side + APART;
    row = Math.max(row, side);
    return [one.key, middle];
  }));
}

function draw() {
  const { nodes, edges, ontologies } = JSON.parse(place.dataset.graph);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const regions = ontologies
    .map((one) => ({ ...one, shown: nodes.filter((node) => node.ontology === one.key) }))
    .filter((one) => one.shown.length)
    .sort((one, other) => other.shown.length - one.shown.length);
  const middles = spread(regions, place.clientWidth / place.clientHeight);
  const most = Math.max(1, ...nodes.map((node) => node.ties));
  const dot = (one) => (node, nth) => {
    const far = 16 * Math.sqrt(nth + 0.6);
    const { x, y } = middles.get(one.key);
    return {
      data: { id: `c:${node.name}`, name: node.name, parent: `o:${one.key}`, size: 7 + 12 * Math.sqrt(node.ties / most) },
      position: { x: x + far * Math.cos(GOLDEN * nth), y: y + far * Math.sin(GOLDEN * nth) },
    };
  };
  const made = window.cytoscape({
    container: place,
    elements: [
      ...regions.map((one) => ({ data: { id: `o:${one.key}`, key: one.key, name: one.name } })),
      ...regions.flatMap((one) => one.shown.map(dot(one))),
      ...edges.map((edge) => ({ data: { source: `c:${edge.from}`, target: `c:${edge.to}`, width: 0.4 + 0.5 * Math.log2(1 + edge.weight) } })),
    ],
    style: [
      { selector: "node[size]", style: { width: "data(size)", height: "data(size)", label: "data(name)", "background-color": colour("accent"), color: colour("ink"), "font-size": 7, "min-zoomed-font-size": 8, "text-valign": "bottom", "text-margin-y": 2, "text-max-width": 44, "text-wrap": "ellipsis" } },
      { selector: ":parent", style: { label: "data(name)", color: colour("ink"), shape: "round-rectangle", "background-color": colour("soft"), "background-opacity": 0.08, "border-color": colour("soft"), "border-width": 1, "font-weight": 600, "min-zoomed-font-size": 0, "text-valign": "top", "text-margin-y": -4, "text-max-width": 400, padding: 12 } },
      { selector: "edge", style: { width: "data(width)", "line-color": colour("soft"), opacity: 0.28, "curve-style": "haystack" } },
    ],
    layout: { name: "preset", padding: 30 },
    minZoom: 0.1,
    maxZoom: 5,
  });
  if (made.zoom() > 2) {
    made.zoom(2);
    made.center();
  }
  // What an ontology is called is as large as the text of the page, however large the picture is.
  const called = () => made.style().selector(":parent").style("font-size", 13 / made.zoom()).update();
  called();
  made.on("zoom", called);
  made.on("tap", ":parent", (event) => {
    if (event.target.isParent()) location.assign(`/ontologies/${encodeURIComponent(event.target.data("key"))}`);
  });
}

if (place) {
  if (window.cytoscape) draw();
  else addEventListener("load", draw);
}
if (slider) slider.addEventListener("change", () => slider.form.requestSubmit());
