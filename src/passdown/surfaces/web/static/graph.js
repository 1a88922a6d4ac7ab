// The graph: laid out once, the same way each time; a name leads to what is around it.
import "./frame.js";

const place = document.getElementById("graph");

function draw() {
  const { nodes, edges } = JSON.parse(place.dataset.graph);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const dense = edges.length > 300;
  const most = Math.max(...nodes.map((node) => node.records));
  const ring = (index) => ({
    x: 400 * Math.cos((2 * Math.PI * index) / nodes.length),
    y: 400 * Math.sin((2 * Math.PI * index) / nodes.length),
  });
  const made = window.cytoscape({
    container: place,
    elements: [
      ...nodes.map((node, index) => ({ data: { id: node.name, size: 8 + 22 * Math.sqrt(node.records / most) }, position: ring(index) })),
      ...edges.map((edge) => ({ data: { source: edge.from, target: edge.to, width: 1 + Math.log2(edge.records) } })),
    ],
    style: [
      { selector: "node", style: { width: "data(size)", height: "data(size)", label: "data(id)", "background-color": colour("accent"), color: colour("ink"), "font-size": dense ? 9 : 11, "text-valign": "bottom", "text-margin-y": 4, "text-max-width": 130, "text-wrap": "ellipsis", "text-background-color": colour("surface"), "text-background-opacity": 0.85, "text-background-padding": 2 } },
      { selector: "edge", style: { width: "data(width)", "line-color": colour("soft"), opacity: dense ? 0.16 : 0.55, "curve-style": "haystack" } },
    ],
    layout: { name: "cose", randomize: false, animate: false, nodeRepulsion: () => 60_000, idealEdgeLength: () => (dense ? 130 : 70), padding: 30 },
    minZoom: 0.2,
    maxZoom: 4,
  });
  if (made.zoom() > 1.4) {
    made.zoom(1.4);
    made.center();
  }
  made.on("tap", "node", (event) => {
    const here = new URL(location.href);
    here.searchParams.set("around", event.target.id());
    location.assign(here);
  });
}

if (place) {
  if (window.cytoscape) draw();
  else addEventListener("load", draw);
}
