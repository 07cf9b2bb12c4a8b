// Draws the page from the data in it.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const total = data.instructions || 1;
const element = id => document.getElementById(id);
const grouped = n => n.toLocaleString("en-US");
const perCall = f =>
    (f.own / f.calls).toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const share = (n, of) => of ? (100 * n / of).toFixed(2) + " %" : "";
function make(tag, props = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
        if (name === "style") made.setAttribute("style", value); else made[name] = value;
    }
    made.append(...children);
    return made;
}
const functions = data.functions.map(([name, own, inclusive, calls], n) => ({ n, name, own, inclusive, calls, code: [] }));
for (const [f, address, retired, taken, text, file, line] of data.code) {
    functions[f].code.push({ address, retired, taken, text, file, line });
}
const heat = (n, most) => n ? `--h:${(0.04 + 0.5 * n / (most || 1)).toFixed(3)}` : "";
let shown = -1, wanted = "";

function marked(text) {
    const at = wanted ? text.toLowerCase().indexOf(wanted) : -1;
    if (at < 0) return [text];
    return [text.slice(0, at), make("mark", { textContent: text.slice(at, at + wanted.length) }), text.slice(at + wanted.length)];
}
function list() {
    const has = f => !wanted || f.name.toLowerCase().includes(wanted) || f.code.some(i => i.text.toLowerCase().includes(wanted));
    const found = functions.filter(f => f.own > 0 && has(f));
    element("list").replaceChildren(...found.slice(0, 500).map(f => make("li", {
        className: f.n === shown ? "on" : "", style: `--share:${100 * f.own / total}%`, onclick: () => show(f.n), title: f.name,
    }, make("code", {}, ...marked(f.name)), make("span", { className: "n", textContent: share(f.own, total) }))));
    if (!found.length) element("list").append(make("li", { className: "quiet", textContent: "nothing has that" }));
}
function link(rows, of) {
    // A line of source and its instructions light up together.
    for (const row of rows) {
        row.onmouseenter = () => of.forEach(other => other.classList.toggle("on", other.dataset.at === row.dataset.at && row.dataset.at !== ""));
        row.onmouseleave = () => of.forEach(other => other.classList.remove("on"));
    }
}
function show(n) {
    shown = n;
    const f = functions[n];
    const most = Math.max(...f.code.map(i => i.retired), 1);
    const at = i => i.file < 0 ? "" : i.file + ":" + i.line;
    const asm = f.code.map(i => {
        const row = make("tr", { className: i.retired ? "" : "cold", style: heat(i.retired, most) },
            make("td", { className: "n", textContent: i.retired ? grouped(i.retired) : "" }),
            make("td", { className: "no", textContent: i.address }), make("td", {}, ...marked(i.text)));
        row.dataset.at = at(i);
        return row;
    });
    const home = f.code.find(i => i.file >= 0);
    const sides = make("div", { className: home ? "sides" : "sides one" });
    let source = [];
    if (home) {
        const counts = new Map(), own = f.code.filter(i => i.file === home.file);
        for (const i of f.code) if (i.file >= 0) counts.set(at(i), (counts.get(at(i)) || 0) + i.retired);
        const lines = data.lines[home.file] || {};
        const [first, last] = [Math.min(...own.map(i => i.line)), Math.max(...own.map(i => i.line))];
        const hottest = Math.max(...counts.values(), 1);
        const row = (file, line) => {
            const count = counts.get(file + ":" + line), text = (data.lines[file] || {})[line];
            const row = make("tr", { className: count ? "" : "cold", style: heat(count, hottest) },
                make("td", { className: "n", textContent: count ? grouped(count) : "" }),
                make("td", { className: "no", textContent: line }), make("td", {}, ...marked(text === undefined ? "" : text)));
            row.dataset.at = file + ":" + line;
            return row;
        };
        for (let line = Math.max(1, first - 2); line <= last + 2 && source.length < 3000; line++) {
            if (lines[line] !== undefined || counts.has(home.file + ":" + line)) source.push(row(home.file, line));
        }
        const left = make("div", {}, make("h3", { textContent: data.files[home.file] }),
            make("div", { className: "scroll" }, make("table", { className: "code" }, ...source)));
        const inlined = [...counts.keys()].filter(key => +key.split(":")[0] !== home.file).sort();
        let file = -1;
        for (const key of inlined) {
            const [other, line] = key.split(":").map(Number);
            if (other !== file) {
                file = other;
                left.append(make("h3", { textContent: "inlined from " + data.files[other] }), make("div", { className: "scroll" }, make("table", { className: "code" })));
            }
            const made = row(other, line);
            source.push(made);
            left.lastChild.firstChild.append(made);
        }
        if (!Object.keys(lines).length) left.append(make("p", { className: "quiet", textContent: "The source is not where the program says; counts by line all the same." }));
        sides.append(left);
    }
    sides.append(make("div", {}, make("h3", { textContent: "instructions" }),
        make("div", { className: "scroll" }, make("table", { className: "code" }, ...asm))));
    link([...source, ...asm], [...source, ...asm]);
    const calls = f.calls ? `, ${grouped(f.calls)} calls, ${perCall(f)} a call` : "";
    const below = f.inclusive > f.own ? `, ${grouped(f.inclusive)} with what it called (${share(f.inclusive, total)})` : "";
    element("function").replaceChildren(make("h2", {}, make("code", { textContent: f.name })),
        make("p", { className: "quiet", textContent: `${grouped(f.own)} instructions of its own (${share(f.own, total)})${below}${calls}` }), sides);
    list();
}
function hottest() {
    const lines = new Map();
    for (const f of functions) for (const i of f.code) {
        const key = i.file < 0 ? f.name + " " + i.address : i.file + ":" + i.line;
        const line = lines.get(key) || { count: 0, f, i };
        line.count += i.retired;
        lines.set(key, line);
    }
    const rows = [...lines.values()].filter(line => line.count).sort((a, b) => b.count - a.count).slice(0, 100);
    element("hot").replaceChildren(make("tr", {}, ...["instructions", "", "where", "what"].map((text, n) => make("th", { className: n < 2 ? "n" : "", textContent: text }))),
        ...rows.map(({ count, f, i }) => {
            const where = i.file < 0 ? f.name : data.files[i.file].split("/").pop() + ":" + i.line;
            const text = i.file < 0 ? i.text : ((data.lines[i.file] || {})[i.line] || f.name).trim();
            return make("tr", { style: "cursor:pointer", onclick: () => { open_view("code"); show(f.n); } },
                make("td", { className: "n", textContent: grouped(count) }), make("td", { className: "n", textContent: share(count, total) }),
                make("td", {}, make("code", { textContent: where })), make("td", {}, make("code", { textContent: text })));
        }));
}
function tree() {
    const nodes = data.stacks.map(([parent, name, own]) => ({ parent, name, own, all: own, below: [] }));
    for (let n = nodes.length - 1; n >= 0; n--) {
        const parent = nodes[nodes[n].parent];
        if (parent) { parent.all += nodes[n].all; parent.below.push(nodes[n]); }
    }
    const draw = (node, open) => {
        const below = node.below.filter(b => b.all).sort((a, b) => b.all - a.all);
        const made = make("details", { open }, make("summary", { className: below.length ? "" : "leaf" },
            make("code", { textContent: node.name }), make("span", { className: "quiet", textContent: `${grouped(node.all)}  ${share(node.all, total)}` })));
        const fill = () => { if (made.open && made.children.length === 1) made.append(...below.map((b, n) => draw(b, n === 0 && b.all > node.all / 2))); };
        made.addEventListener("toggle", fill);
        fill();
        return made;
    };
    const roots = nodes.filter(node => node.parent < 0 && node.all).sort((a, b) => b.all - a.all);
    element("tree").replaceChildren(...roots.map(root => draw(root, true)));
    if (!roots.length) element("tree").textContent = "Calls were not kept in this profile.";
}
function open_view(name) {
    for (const view of document.querySelectorAll(".view")) view.classList.toggle("on", view.id === "view-" + name);
    for (const tab of document.querySelectorAll("nav button")) tab.classList.toggle("on", tab.dataset.view === name);
    history.replaceState(null, "", "#" + name);
}
for (const tab of document.querySelectorAll("nav button")) tab.onclick = () => open_view(tab.dataset.view);
element("search").oninput = event => { wanted = event.target.value.toLowerCase(); list(); if (shown >= 0) show(shown); };
addEventListener("keydown", event => {
    if (event.key === "/" && document.activeElement !== element("search")) { event.preventDefault(); open_view("code"); element("search").focus(); }
});
hottest();
tree();
list();
if (functions.length) show(0);
if (["code", "lines", "calls", "flame"].includes(location.hash.slice(1))) open_view(location.hash.slice(1));
