// The control page: shows the simulated world once a second and sends what is clicked.
// It decides nothing; every row is drawn from what the control API answers.
"use strict";

const $ = (id) => document.getElementById(id);

const STATUS = {
  queued: ["в очереди", "quiet"],
  sent: ["отправлено", "quiet"],
  delivered: ["доставлено", "good"],
  read: ["прочитано", "good"],
  failed: ["не отправлено", "bad"],
  noAccount: ["нет WhatsApp", "bad"],
  cleared: ["убрано из очереди", "warn"],
};

const ATTENDANCE = { "-1": ["не придёт", "bad"], 1: ["пришёл", "quiet"], 2: ["подтвердил", "good"] };

// What the switches arm, each until it is switched off.
const FAULTS = {
  yclients: [
    ["Слишком много запросов (429)", "yclients", { too_many_requests: { with_status: true } }],
    ["То же со статусом 200", "yclients", { too_many_requests: { with_status: false } }],
    ["Ошибка сервера (500)", "yclients", { status: { status: 500, body: "" } }],
    ["Вход отозван (401)", "yclients", { status: { status: 401, body: "" } }],
    ["Отказ со статусом 200", "yclients", { success_false: { message: "Доступ запрещён" } }],
    ["Страница вместо ответа", "yclients", "html"],
    ["Записи нет (404)", "yclients", "not_found", "record"],
    ["Ответ обрывается на середине", "yclients", "truncated_json"],
    ["Огромный ответ", "yclients", { huge_body: { megabytes: 32 } }],
    ["Бездонный ответ", "yclients", { deep_json: { depth: 100000 } }],
    ["Отвечает через пять секунд", "yclients", { delay: { milliseconds: 5000 } }],
    ["Не отвечает", "yclients", "hang"],
    ["Обрывает связь", "yclients", "cut_before"],
    ["Всегда первая страница", "yclients", "same_page", "records"],
    ["Время изменения читает как UTC", "yclients", "changed_after_utc", "records"],
  ],
  gateway: [
    ["Принимает, но обрывает ответ", "gateway", "cut_after", "sendMessage"],
    ["Обрывает до приёма", "gateway", "cut_before", "sendMessage"],
    ["Принимает и молчит", "gateway", "hang_after", "sendMessage"],
    ["Принимает, ответ без конца", "gateway", "truncated_json", "sendMessage"],
    ["Отвечает через пять секунд", "gateway", { delay_answer: { milliseconds: 5000 } }, "sendMessage"],
    ["Слишком много запросов (429)", "gateway", { too_many_requests: { with_status: true } }],
    ["Ошибка сервера (502)", "gateway", { status: { status: 502, body: "Bad Gateway" } }, "sendMessage"],
    ["Ключ отозван (401)", "gateway", { status: { status: 401, body: "" } }],
  ],
};

// What the switches set: the words, whether it is on, where it is sent, what when on and when off.
const HABITS = {
  yclients: [
    ["Удаление не меняет время записи", () => !summary.yclients.deletion_moves_last_change, "yclients",
      { deletion_moves_last_change: false }, { deletion_moves_last_change: true }],
    ["Удалённой записи нет (404)", () => summary.yclients.deleted_record_is_not_found, "yclients",
      { deleted_record_is_not_found: true }, { deleted_record_is_not_found: false }],
  ],
  gateway: [
    ["Сообщения не доходят", () => summary.delivery.delivered_after_ms === null, "gateway/delivery",
      { delivered_after_ms: null }, { delivered_after_ms: 150 }],
    ["Журнал отстаёт на две минуты", () => summary.delivery.journal_lag_ms > 0, "gateway/delivery",
      { journal_lag_ms: 120000 }, { journal_lag_ms: 0 }],
    ["Уведомления приходят дважды", () => summary.delivery.doubled, "gateway/delivery", { doubled: true }, { doubled: false }],
    ["Уведомления не по порядку", () => summary.delivery.shuffled, "gateway/delivery", { shuffled: true }, { shuffled: false }],
  ],
};

let summary = null;
let moving = null;
const drawn = {};

async function call(method, path, body) {
  const options = { method };
  if (method !== "GET") {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body ?? {});
  }
  const response = await fetch(`/control/${path}`, options);
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(answer?.error ?? `ответ ${response.status}`);
  return answer;
}

async function act(method, path, body) {
  try {
    await call(method, path, body);
    say(null);
  } catch (error) {
    say(`Не получилось: ${error.message}`);
  }
  await refresh();
}

function say(text) {
  $("problem").hidden = !text;
  $("problem").textContent = text ?? "";
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(text, label, onClick) {
  const made = element("button", "", text);
  made.type = "button";
  made.setAttribute("aria-label", `${text}: ${label}`);
  made.addEventListener("click", onClick);
  return made;
}

const wall = (text) => {
  const [date, time] = text.split("T");
  const [year, month, day] = date.split("-");
  return `${day}.${month}.${year} ${time.slice(0, 5)}`;
};
const clock = (text) => new Date(text).toLocaleTimeString("ru", { hour12: false });
const phone = (digits) => (digits ? `+${digits}` : "");

// Draws a list only when what it shows has changed, so that focus and scrolling survive.
function redraw(name, data, rows) {
  const key = JSON.stringify(data);
  if (drawn[name] === key) return;
  drawn[name] = key;
  $(name).replaceChildren(...rows());
}

function bookingRow(booking) {
  const row = element("li");
  const who = booking.client ? `${booking.client.name || "Без имени"}, ${booking.client.phone || "без телефона"}` : "Без клиента";
  const gone = booking.deleted ? " gone" : "";
  row.append(element("span", `when${gone}`, wall(booking.start)));
  const what = element("div");
  what.append(element("div", gone.trim(), who));
  const services = booking.services.map((service) => service.title).join(", ");
  const origin = makerAndPlace(booking);
  what.append(element("div", "quiet", [services, booking.staff.name, origin].filter(Boolean).join(" · ")));
  row.append(what);
  const buttons = element("div", "buttons");
  const [word, tone] = booking.deleted ? ["удалена", "bad"] : ATTENDANCE[booking.attendance] ?? ["", ""];
  if (word) buttons.append(element("span", tone, word));
  if (booking.deleted) {
    buttons.append(button("Вернуть", who, () => act("PATCH", `bookings/${booking.id}`, { deleted: false })));
  } else {
    buttons.append(button("Перенести", who, () => openMove(booking, who)));
    const next = booking.attendance === -1 ? 0 : -1;
    buttons.append(button(next ? "Не придёт" : "Придёт", who, () => act("PATCH", `bookings/${booking.id}`, { attendance: next })));
    buttons.append(button("Удалить", who, () => act("DELETE", `bookings/${booking.id}`)));
  }
  row.append(buttons);
  return row;
}

function makerAndPlace(booking) {
  const branch = summary.branches.find((one) => one.company_id === booking.company_id);
  const user = branch?.users.find((one) => one.id === booking.created_user_id);
  const place = summary.branches.length > 1 ? branch?.title : "";
  const maker = booking.online ? "онлайн" : user?.name ?? `пользователь ${booking.created_user_id}`;
  return [maker, place].filter(Boolean).join(" · ");
}

function messageRow(message) {
  const row = element("li");
  const [word, tone] = STATUS[message.status] ?? [message.status, ""];
  row.append(element("strong", "", phone(message.phone) || message.chat_id));
  const end = element("span", "end");
  end.append(element("span", tone, word), element("span", "quiet", ` · ${clock(message.at)}`));
  row.append(end, element("div", "text", message.text));
  return row;
}

function requestRow(request) {
  const row = element("tr");
  const bad = request.status === null || request.status >= 400;
  const asked = decodeURIComponent(request.query ? `${request.path}?${request.query}` : request.path);
  row.append(
    element("td", "quiet", clock(request.at)),
    element("td", "", request.side === "gateway" ? "WhatsApp" : "YClients"),
    element("td", "", `${request.method} ${asked}`),
    element("td", bad ? "bad" : "quiet", request.status === null ? "без ответа" : `${request.status} · ${request.bytes} Б`),
  );
  return row;
}

// A switch is on if a fault of its target and kind is armed until cleared.
function armedAs([, side, kind, endpoint]) {
  return summary?.faults.find((fault) =>
    fault.times === null && fault.target.side === side && (fault.target.endpoint ?? undefined) === endpoint && includes(fault.kind, kind));
}

function includes(whole, part) {
  if (typeof part !== "object") return whole === part;
  return typeof whole === "object" && whole !== null && Object.keys(part).every((key) => includes(whole[key], part[key]));
}

function switchFor(text, isOn, turn) {
  const label = element("label", "switch");
  const input = element("input");
  input.type = "checkbox";
  input.setAttribute("role", "switch");
  input.addEventListener("change", () => turn(input.checked));
  label.append(input, element("span", "", text));
  return { label, show: () => { input.checked = isOn(); } };
}

const switches = [];

function makeSwitches(side) {
  const place = $(`faults-${side}`);
  const add = (made) => { place.append(made.label); switches.push(made); };
  add(switchFor("Нет связи", () => summary.offline.includes(side), (on) => act("POST", "offline", { on, side })));
  for (const fault of FAULTS[side]) {
    add(switchFor(fault[0], () => Boolean(armedAs(fault)), (on) => {
      const armed = armedAs(fault);
      if (on) return act("POST", "faults", { target: { side, endpoint: fault[3] }, kind: fault[2] });
      return armed ? act("DELETE", `faults/${armed.id}`) : refresh();
    }));
  }
  for (const [text, isOn, path, on, off] of HABITS[side]) {
    add(switchFor(text, isOn, (turned) => act("POST", path, turned ? on : off)));
  }
}

function otherFaultRow(fault) {
  const row = element("li");
  const kind = typeof fault.kind === "string" ? fault.kind : JSON.stringify(fault.kind);
  const where = [fault.target.side, fault.target.endpoint].filter(Boolean).join(" · ") || "везде";
  const left = fault.times === null ? "" : ` · осталось ${fault.times}`;
  row.append(element("span", "", `${where}: ${kind}${left}`), button("Снять", kind, () => act("DELETE", `faults/${fault.id}`)));
  return row;
}

function showSummary() {
  const option = [...$("gateway-state").options].find((one) => one.value === summary.gateway.state);
  if (document.activeElement !== $("gateway-state")) $("gateway-state").value = option ? option.value : "";
  const troubles = summary.faults.length;
  const ready = summary.gateway.state === "authorized" && summary.offline.length + troubles === 0;
  const offline = summary.offline.length > 0 ? "нет связи" : `WhatsApp: ${option?.text ?? summary.gateway.state}`;
  $("state").className = ready ? "good" : "warn";
  $("state").textContent = [offline, troubles ? `неполадок: ${troubles}` : "", clock(summary.now)].filter(Boolean).join(" · ");
  for (const one of switches) one.show();
  const known = [...FAULTS.yclients, ...FAULTS.gateway].map((fault) => armedAs(fault)?.id);
  const others = summary.faults.filter((fault) => !known.includes(fault.id));
  redraw("other-faults", others, () => others.map(otherFaultRow));
}

function fillChoices() {
  const form = $("book").elements;
  $("book").querySelector(".branch").hidden = summary.branches.length < 2;
  form.company_id.replaceChildren(...summary.branches.map((branch) => new Option(branch.title, branch.company_id)));
  fillMakers();
  const tomorrow = new Date(Date.now() + 24 * 3600 * 1000);
  const two = (number) => String(number).padStart(2, "0");
  form.start.value = `${tomorrow.getFullYear()}-${two(tomorrow.getMonth() + 1)}-${two(tomorrow.getDate())}T15:00`;
}

function fillMakers() {
  const form = $("book").elements;
  const branch = summary.branches.find((one) => String(one.company_id) === form.company_id.value) ?? summary.branches[0];
  form.maker.replaceChildren(...branch.users.map((user) => new Option(user.name, user.id)), new Option("Клиент, онлайн", "online"));
}

async function refresh() {
  try {
    const [now, bookings, messages, log] = await Promise.all([
      call("GET", "summary"), call("GET", "bookings"), call("GET", "messages"), call("GET", "requests"),
    ]);
    const first = summary === null;
    summary = now;
    if (first) fillChoices();
    showSummary();
    bookings.reverse();
    messages.reverse();
    const requests = log.requests.slice(-50).reverse();
    redraw("bookings", bookings, () => bookings.map(bookingRow));
    redraw("messages", messages, () => messages.map(messageRow));
    redraw("requests", requests, () => requests.map(requestRow));
    const total = Object.values(log.totals).reduce((sum, one) => sum + one.requests, 0);
    for (const [name, count] of [["bookings", bookings.length], ["messages", messages.length], ["requests", total]]) {
      $(`${name}-empty`).hidden = count > 0;
      $(`${name}-count`).textContent = count || "";
    }
    document.querySelector(".scroll").hidden = requests.length === 0;
    if ($("problem").dataset.lost) { delete $("problem").dataset.lost; say(null); }
  } catch (error) {
    $("problem").dataset.lost = "yes";
    say(`Симулятор не отвечает: ${error.message}`);
  }
}

function openMove(booking, who) {
  moving = booking.id;
  $("move-who").textContent = who;
  $("move-start").value = booking.start.slice(0, 16);
  $("move").showModal();
}

$("book").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target.elements;
  const online = form.maker.value === "online";
  const named = form.name.value.trim() || form.phone.value.trim();
  act("POST", "bookings", {
    company_id: Number(form.company_id.value),
    start: form.start.value,
    client: named ? { name: form.name.value.trim(), phone: form.phone.value.trim() } : null,
    staff: { id: 31, name: form.staff.value.trim() },
    services: form.service.value.trim() ? [{ id: 7001, title: form.service.value.trim(), cost: 2000 }] : [],
    online,
    created_user_id: online ? 0 : Number(form.maker.value),
  });
});
$("book").elements.company_id.addEventListener("change", fillMakers);

$("incoming").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target.elements;
  act("POST", "incoming", { phone: form.phone.value, text: form.text.value });
});

$("number").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target.elements;
  act("POST", "gateway/numbers", { phone: form.phone.value, on_whatsapp: form.outcome.value !== "no_account", outcome: form.outcome.value });
});

$("unknown").addEventListener("click", () => act("POST", "notifications", { typeWebhook: "somethingNew", data: { level: 3 } }));

$("gateway-state").addEventListener("change", (event) => act("POST", "gateway/state", { state: event.target.value }));

$("move").addEventListener("close", () => {
  if ($("move").returnValue === "move") act("PATCH", `bookings/${moving}`, { start: $("move-start").value });
});

makeSwitches("yclients");
makeSwitches("gateway");
refresh();
setInterval(() => { if (!document.hidden) refresh(); }, 1000);
