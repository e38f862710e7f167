"use strict";
const part = (id) => document.getElementById(id);
const fields = JSON.parse(part("fields").textContent);
const targets = JSON.parse(part("targets").textContent);
const made = (tag, text, kind) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (kind) node.className = kind;
  return node;
};
const shown = (value) =>
  typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(4))) : value === null ? "missing" : String(value);

async function asked(path, body, type) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", body, headers: { "Content-Type": type } });
  } catch {
    throw [{ place: "server", rule: "it does not answer" }];
  }
  if (!answer.ok) throw (await answer.json()).errors;
  return answer;
}

function wrong(errors, into) {
  const list = made("ul");
  for (const one of errors) list.append(made("li", `${one.place}: ${one.rule}`, "wrong"));
  into.replaceChildren(list);
}

function row() {
  const found = {};
  fields.forEach((field, i) => {
    const text = part(`f${i}`).value;
    if (text === "") found[field.name] = null;
    else if (field.type === "number") found[field.name] = Number(text);
    else if (field.type === "boolean") found[field.name] = text === "true";
    else if (field.type === "choice" && part(`f${i}`).tagName === "SELECT") found[field.name] = text.slice(1);
    else found[field.name] = text;
  });
  return JSON.stringify(found);
}

function bar(share) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  rect.setAttribute("height", "100%");
  rect.setAttribute("width", `${100 * share}%`);
  svg.append(rect);
  return svg;
}

function answered(prediction, notices) {
  const into = part("said");
  into.replaceChildren();
  for (const target of targets) {
    const head = `${target} = `;
    if (target in prediction) into.append(made("p", targets.length > 1 ? head + shown(prediction[target]) : shown(prediction[target]), "big"));
    const bars = made("div", undefined, "bars");
    const classes = Object.entries(prediction).filter(([name]) => name.startsWith(head));
    classes.sort((a, b) => b[1] - a[1]);
    for (const [name, share] of classes.slice(0, 12))
      bars.append(made("span", name.slice(head.length)), bar(share), made("span", share.toFixed(3)));
    if (classes.length) into.append(bars);
  }
  const more = Object.entries(prediction).filter(([name]) => !targets.some((one) => name === one || name.startsWith(`${one} = `)));
  if (more.length) {
    const list = made("ul");
    for (const [name, value] of more) list.append(made("li", `${name}: ${shown(value)}`));
    into.append(list);
  }
  for (const notice of notices) into.append(made("p", notice, "quiet"));
}

function changed(found) {
  const into = part("changes");
  if (!found.length) {
    into.replaceChildren(made("p", "No single column does."));
    return;
  }
  const list = made("ul");
  for (const one of found.slice(0, 12)) {
    const item = made("li");
    item.append(made("strong", one.column));
    if ("to" in one) item.append(` ${shown(one.from)} \u2192 ${shown(one.to)}: ${one.prediction} (${one.probability.toFixed(2)})`);
    else {
      const ends = [];
      if (one.at_low !== null) ends.push(`${shown(one.low)} at ${shown(one.at_low)}`);
      if (one.at_high !== null) ends.push(`${shown(one.high)} at ${shown(one.at_high)}`);
      item.append(`: ${ends.join(", ")}`);
    }
    list.append(item);
  }
  into.replaceChildren(list);
}

async function told(into, work) {
  if (!into) return;
  try {
    await work();
  } catch (errors) {
    if (!Array.isArray(errors)) throw errors;
    wrong(errors, into);
  }
}

part("row")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  part("answer").hidden = false;
  part("changes")?.replaceChildren();
  const body = row();
  await told(part("said"), async () => {
    const { prediction, notices } = await (await asked("/predict", body, "application/json")).json();
    answered(prediction, notices);
    await told(part("changes"), async () => {
      changed((await (await asked("/changes", body, "application/json")).json()).changes);
    });
  });
});

function cells(text) {
  const rows = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length && rows.length <= 22; i++) {
    const letter = text[i];
    const last = rows[rows.length - 1];
    if (quoted && letter === '"' && text[i + 1] === '"') (last[last.length - 1] += '"'), i++;
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && letter === ",") last.push("");
    else if (!quoted && letter === "\n") rows.push([""]);
    else if (quoted || letter !== "\r") last[last.length - 1] += letter;
  }
  return rows.filter((one) => one.length > 1 || one[0] !== "");
}

part("file").addEventListener("change", async () => {
  const into = part("table");
  const file = part("file").files[0];
  if (!file) return;
  into.replaceChildren(made("p", "predicting", "quiet"));
  await told(into, async () => {
    const answer = await asked("/predict/table", file, "text/csv");
    const text = await answer.text();
    const [head, ...rows] = cells(text);
    const table = made("table");
    const first = table.createTHead().insertRow();
    for (const name of head) first.append(made("th", name));
    const body = table.createTBody();
    for (const one of rows.slice(0, 20)) {
      const line = body.insertRow();
      for (const cell of one) line.append(made("td", cell !== "" && !isNaN(cell) ? shown(Number(cell)) : cell, "n"));
    }
    const link = made("a", "Save predictions.csv", "button");
    link.download = "predictions.csv";
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    const scroll = made("div", undefined, "scroll");
    scroll.tabIndex = 0;
    scroll.append(table);
    const about = made("p");
    about.append(link);
    into.replaceChildren(about, scroll);
    if (rows.length > 20) into.append(made("p", "The first 20 rows are shown; the file has all.", "quiet"));
    for (const notice of JSON.parse(answer.headers.get("X-Notices") || "[]")) into.append(made("p", notice, "quiet"));
  });
});
