// The wallboard of one VCC: it reads the stream of server-sent events of the admin port and shows what it knows. The stream needs a header,
// which EventSource cannot send, so it is read by fetch; numbers, coming back and going on are those of docs/wallboards.md.
"use strict";

const retryFirst = 1000, retryLongest = 10000; // ms until the stream is opened again
const silence = 20000; // ms: the server says something every 15 s, so the connection is dead
const moments = ["since", "signed_in", "oldest"]; // members that a row has no more when they are not sent

const $ = (id) => document.getElementById(id);
const vcc = new URLSearchParams(location.search).get("vcc");
const tokenName = "ccgateway.admin.token";

const view = { vcc: {}, agents: new Map(), queues: new Map(), calls: new Map() };
let last = ""; // id of the last message
let offset = 0; // the server's clock is ahead of ours by so much
let heard = 0; // when something came from the server, by our clock
let fresh = 0; // when what is shown was confirmed by the server, by our clock
let live = false;
let drawn = false; // what is shown is what is known

// What the server says.

function takeRows(rows, key, changed, gone) {
  for (const row of changed || []) {
    const known = rows.get(row[key]) || {};
    for (const name of moments) delete known[name];
    rows.set(row[key], Object.assign(known, row));
  }
  for (const name of gone || []) rows.delete(name);
}

function take(message, snapshot) {
  if (snapshot) {
    view.vcc = {};
    for (const rows of [view.agents, view.queues, view.calls]) rows.clear();
  }
  Object.assign(view.vcc, message.vcc);
  takeRows(view.agents, "agent", message.agents, message.gone_agents);
  takeRows(view.queues, "skill", message.queues, message.gone_queues);
  takeRows(view.calls, "call", message.calls, message.ended_calls);
  drawn = false;
}

function event(name, id, data) {
  const message = JSON.parse(data);
  switch (name) {
    case "hello":
      offset = Date.parse(message.at) - Date.now();
      if (message.resumed) beLive(); // nothing may have changed since
      break;
    case "snapshot":
    case "change":
      take(message, name === "snapshot");
      last = id;
      beLive();
      break;
    case "end":
      beStale(`The server has ended the stream (${message.reason}).`);
  }
}

// lines splits what comes into events: lines of "name: value", ended by an empty one.
function lines(each) {
  let rest = "", name = "", id = "", data = "";
  return (text) => {
    const all = (rest + text).split("\n");
    rest = all.pop();
    for (const line of all) {
      const at = line.indexOf(": ");
      const value = line.slice(at + 2);
      if (line === "") {
        if (data) each(name, id, data);
        name = id = data = "";
      } else if (line.startsWith("event: ")) name = value;
      else if (line.startsWith("id: ")) id = value;
      else if (line.startsWith("data: ")) data = value;
    }
  };
}

// The connection.

class Refused extends Error {
  constructor(text, wait) {
    super(text);
    this.wait = wait;
  }
}

async function read() {
  const headers = { Accept: "text/event-stream" };
  const token = sessionStorage.getItem(tokenName);
  if (token) headers.Authorization = "Bearer " + token;
  if (last) headers["Last-Event-ID"] = last;
  const quiet = new AbortController();
  const watchdog = setInterval(() => {
    if (Date.now() - heard > silence) quiet.abort();
  }, 1000);
  heard = Date.now();
  try {
    const query = vcc === null ? "" : "?vcc=" + encodeURIComponent(vcc);
    const reply = await fetch("../admin/wallboard" + query, { headers, signal: quiet.signal, cache: "no-store" });
    if (reply.status === 401) {
      askToken(token !== null);
      throw new Refused("The token is needed.", Infinity);
    }
    if (!reply.ok) {
      throw new Refused((await reply.text()).trim() || reply.statusText, 1000 * (Number(reply.headers.get("Retry-After")) || 10));
    }
    $("key").hidden = true;
    const decoder = new TextDecoder();
    const feed = lines(event);
    const reader = reply.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard = Date.now();
      if (live) fresh = heard;
      feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearInterval(watchdog);
  }
}

async function run() {
  for (let wait = retryFirst; ; wait = Math.min(2 * wait, retryLongest)) {
    let why = "The connection is lost.";
    let pause = wait;
    try {
      await read();
    } catch (err) {
      if (err instanceof Refused) {
        why = err.message;
        pause = err.wait;
      } else if (err instanceof SyntaxError) last = ""; // begin anew
    }
    if (live) wait = pause = retryFirst;
    beStale(why);
    if (pause === Infinity) return; // the form goes on
    await new Promise((go) => setTimeout(go, pause));
  }
}

function askToken(wrong) {
  $("key").hidden = false;
  if (wrong) {
    sessionStorage.removeItem(tokenName);
    $("status").textContent = "This token is not that of the installation.";
  }
  $("token").focus();
}

$("key").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  sessionStorage.setItem(tokenName, $("token").value.trim());
  $("token").value = "";
  $("key").hidden = true;
  $("status").textContent = "Connecting …";
  run();
});

// How fresh it is.

function beLive() {
  fresh = Date.now();
  if (!live) {
    live = true;
    $("warning").hidden = true;
    $("status").textContent = "Live";
    document.body.className = "live";
  }
  $("board").hidden = false;
}

function beStale(why) {
  live = false;
  document.body.className = "stale";
  if (fresh) {
    const text = `${why} Figures are stale: they are those of ${timeOf(fresh + offset)}.`;
    if ($("warning").textContent !== text) $("warning").textContent = text;
    $("warning").hidden = false;
    $("status").textContent = "Not connected";
  } else if ($("key").hidden) {
    $("status").textContent = why + " Trying again …";
  }
}

// What is shown. Cells are written only when their text changes.

function timeOf(ms) {
  try {
    return new Date(ms).toLocaleTimeString("en-GB", { timeZone: view.vcc.zone || "UTC" });
  } catch {
    return new Date(ms).toLocaleTimeString("en-GB");
  }
}

function duration(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

const none = { text: "–" };
const text = (value) => (value === undefined || value === null || value === "" ? none : { text: String(value) });
const spent = (ms) => (typeof ms === "number" ? { text: duration(ms), value: ms } : none);
const share = (part) => (typeof part === "number" ? { text: (100 * part).toFixed(1) + " %", value: part } : none);
const count = (n, loud) => ({ text: String(n ?? 0), value: n ?? 0, kind: loud && n > 0 ? "waits" : "" });
const since = (moment, kind) => (moment ? { text: duration(Date.now() + offset - Date.parse(moment)), kind } : none);

function write(cell, shown) {
  if (cell.textContent !== shown.text) cell.textContent = shown.text;
  const value = shown.value === undefined ? "" : String(shown.value);
  if ((cell.dataset.value || "") !== value) cell.dataset.value = value;
  if (cell.dataset.kind !== (shown.kind || "")) {
    cell.dataset.kind = shown.kind || "";
    cell.className = cell.classList.contains("more") ? "more " + cell.dataset.kind : cell.dataset.kind;
  }
}

// fill shows rows in a table, each with a key; its rows stay the same elements.
function fill(table, rows) {
  const body = table.tBodies[0];
  const heads = table.tHead.rows[0].cells;
  const shown = new Map(Array.from(body.rows, (row) => [row.dataset.key, row]));
  let before = null;
  for (const { key, cells } of rows) {
    let row = shown.get(key);
    shown.delete(key);
    if (!row) {
      row = document.createElement("tr");
      row.dataset.key = key;
      cells.forEach((_, n) => {
        const cell = document.createElement(n === 0 ? "th" : "td");
        if (n === 0) cell.scope = "row";
        if (heads[n].classList.contains("more")) cell.classList.add("more");
        row.append(cell);
      });
    }
    const place = before ? before.nextSibling : body.firstChild;
    if (place !== row) body.insertBefore(row, place);
    cells.forEach((cell, n) => write(row.cells[n], cell));
    before = row;
  }
  for (const row of shown.values()) row.remove();
}

// The signs tell states apart where colours do not.
const states = [
  ["idle", "●", "Idle"], ["talking", "▶", "Talking"], ["wrap-up", "✎", "Wrap-up"], ["busy", "✖", "Not ready"], ["rest", "▮▮", "Rest"],
  ["signed out", "○", "Signed out"],
];
const details = { 6: "calling", 7: "reserved", 8: "ringing", 11: "hold" };

function stateCell(agent) {
  const known = states.find(([state]) => state === agent.state);
  const [state, sign, word] = known || [agent.state, "?", agent.state];
  const detail = state === "talking" && details[agent.detail] ? `, ${details[agent.detail]}` : "";
  return { text: `${sign} ${word}${detail}`, value: state, kind: "s-" + state.replace(" ", "-") };
}

const nameOf = (agent) => (agent.name ? `${agent.name} (${agent.agent})` : String(agent.agent));
const queueName = (skill) => (skill ? view.queues.get(skill)?.name || String(skill) : "");

function draw() {
  const queues = [...view.queues.values()];
  const agents = [...view.agents.values()];
  const order = (agent) => states.findIndex(([state]) => state === agent.state);
  agents.sort((a, b) => order(a) - order(b) || a.agent - b.agent);
  const today = view.vcc.today || {};
  const oldest = queues.map((q) => q.oldest).filter(Boolean).sort((a, b) => Date.parse(a) - Date.parse(b))[0];
  const waiting = queues.reduce((sum, q) => sum + q.waiting, 0);
  $("title").textContent = `Wallboard, VCC ${view.vcc.vcc ?? ""}`;
  write($("t-waiting"), count(waiting, true));
  write($("t-longest"), since(oldest, "waits"));
  for (const name of ["service_level", "abandon_rate", "agents_occupancy"]) write($("t-" + name), share(today[name]));
  for (const name of ["asa", "aht"]) write($("t-" + name), spent(today[name]));
  for (const name of ["offered", "answered"]) write($("t-" + name), count(today[name]));
  fill($("queues"), queues.map((q) => {
    const day = q.today || {};
    return { key: String(q.skill), cells: [
      text(q.name), count(q.waiting, true), count(q.offered), since(q.oldest, "waits"), { text: `${q.idle} of ${q.signed_in}`, value: q.idle },
      share(day.service_level), spent(day.asa), spent(day.aht), share(day.abandon_rate), count(day.offered), count(day.answered), count(day.abandoned),
    ] };
  }));
  fill($("agents"), agents.filter((a) => a.state !== "signed out").map((a) => {
    const day = a.today || {};
    const call = a.call ? [a.call.type.replace("_", "-"), queueName(a.call.skill)].filter(Boolean).join(", ") : "";
    return { key: String(a.agent), cells: [
      text(nameOf(a)), stateCell(a), since(a.since), text(call), text((a.skills || []).map(queueName).join(", ")), count(day.answered), share(day.occupancy),
    ] };
  }));
  fill($("calls"), [...view.calls.values()].map((c) => ({ key: c.call, cells: [
    text(c.caller), text(c.called), text(c.state), since(c.since), text(queueName(c.skill)),
    text((c.agents || []).map((id) => nameOf(view.agents.get(id) || { agent: id })).join(", ")), text(c.type.replace("_", "-")),
  ] })));
  drawStates(agents);
}

function drawStates(agents) {
  const list = $("states");
  states.forEach(([state, sign, word], n) => {
    const item = list.children[n] || list.appendChild(document.createElement("li"));
    write(item, { text: `${sign} ${word}: ${agents.filter((a) => a.state === state).length}`, kind: "s-" + state.replace(" ", "-") });
  });
}

// Changes are drawn at the next frame, and durations each second. Stale durations stand still: nobody knows whether they go on.
let second = 0;
function frame() {
  const now = Math.floor(Date.now() / 1000);
  if (!drawn || live && now !== second) draw();
  if (now !== second) $("clock").textContent = live ? timeOf(Date.now() + offset) : "";
  drawn = true;
  second = now;
}
setInterval(frame, 200);
run();
