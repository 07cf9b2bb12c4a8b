// Part of every flame graph: makes a box that is clicked as wide as the picture, and marks what is searched for.
"use strict";
{
// Alone the picture is the document; in a page it is a part of it.
const svg = document.currentScript?.ownerSVGElement ?? document.documentElement;
const bars = [...svg.querySelectorAll("#bars > g")].map(g => {
    const [rect, text] = [g.querySelector("rect"), g.querySelector("text")];
    const [x, y, width] = ["x", "y", "width"].map(name => +rect.getAttribute(name));
    return { g, rect, text, x, y, width, name: text.dataset.name, told: g.querySelector("title").textContent };
});
const [margin, whole] = [bars[0].x, bars[0].width];
const element = id => svg.querySelector("#" + id);
function fit(name, width) {
    const letters = Math.max(0, Math.floor((width - 6) / 7));
    return name.length <= letters ? name : letters < 3 ? "" : name.slice(0, letters - 2) + "..";
}
function zoom(to) {
    const scale = whole / to.width;
    for (const bar of bars) {
        const below = bar.y > to.y && bar.x <= to.x + 0.01 && bar.x + bar.width >= to.x + to.width - 0.01;
        const inside = bar.x >= to.x - 0.01 && bar.x + bar.width <= to.x + to.width + 0.01 && bar.y <= to.y;
        bar.g.style.display = below || inside ? "" : "none";
        bar.g.style.opacity = below ? 0.5 : 1;
        const x = below ? margin : margin + (bar.x - to.x) * scale;
        const width = below ? whole : bar.width * scale;
        bar.rect.setAttribute("x", x);
        bar.rect.setAttribute("width", width);
        bar.text.setAttribute("x", x + 3);
        bar.text.textContent = fit(bar.name, width);
    }
    element("reset").setAttribute("visibility", to === bars[0] ? "hidden" : "visible");
}
for (const bar of bars) {
    bar.g.addEventListener("click", () => zoom(bar));
    bar.g.addEventListener("mouseover", () => element("told").textContent = bar.told);
    bar.g.addEventListener("mouseout", () => element("told").textContent = " ");
}
element("reset").addEventListener("click", () => zoom(bars[0]));
function search() {
    const wanted = prompt("Mark functions whose names have this in them (a regular expression):");
    if (wanted === null) return;
    let like = null;
    try { like = wanted && new RegExp(wanted, "i"); } catch { alert("That is no regular expression."); return; }
    for (const bar of bars) bar.g.classList.toggle("found", !!like && like.test(bar.name));
}
element("search").addEventListener("click", search);
addEventListener("keydown", event => {
    if (!svg.getBoundingClientRect().width) return;
    if (event.key === "f" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); search(); }
    if (event.key === "Escape") zoom(bars[0]);
});
}
