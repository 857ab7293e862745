import { createHash } from "node:crypto";

/** A script that runs in the server as one step, whatever else is asked of it. All its keys have one hash tag. */
export interface Script {
  readonly source: string;
  /** The name under which the server keeps it. */
  readonly sha: string;
}

/**
 * The beginning of all scripts. ARGV[1] is the time to go by, Unix milliseconds; empty: the server's. ARGV[2] is the
 * time after which the caller has stopped waiting: what a server that stood still finds then is not done any more.
 * Numbers become text by `%.0f`, since Lua writes large ones otherwise.
 */
const beginning = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
if now > tonumber(ARGV[2]) then return {2, now} end

local function text(number) return string.format('%.0f', number) end
`;

/**
 * A window is a list: its pieces, oldest first, as start:last:count, and behind them the sum of their counts. It is what
 * sliding-window.ts keeps in memory.
 */
const windows = `
local function parse(piece)
  if not piece then return nil end
  local start, last, count = string.match(piece, '^(%d+):(%d+):(%d+)$')
  return tonumber(start), tonumber(last), tonumber(count)
end

local function piece(start, last, count)
  return text(start) .. ':' .. text(last) .. ':' .. text(count)
end

local function used(key, span)
  local sum = tonumber(redis.call('LINDEX', key, -1))
  if not sum then return 0 end
  local before = sum
  local start, last, count = parse(redis.call('LINDEX', key, 0))
  while start and last + span <= now do
    redis.call('LPOP', key)
    sum = sum - count
    start, last, count = parse(redis.call('LINDEX', key, 0))
  end
  if sum ~= before then redis.call('LSET', key, -1, text(sum)) end
  return sum
end

local function add(key, amount, span, width)
  local sum = used(key, span) + amount
  local start, last, count = parse(redis.call('LINDEX', key, -2))
  local begins = now - now % width
  if start and start >= begins then
    redis.call('LSET', key, -2, piece(start, math.max(last, now), count + amount))
    redis.call('LSET', key, -1, text(sum))
  else
    redis.call('RPOP', key)
    redis.call('RPUSH', key, piece(begins, now, amount), text(sum))
  end
  redis.call('PEXPIRE', key, span + width)
end

local function give(key, amount, span, taken)
  local sum = used(key, span)
  local index = -2
  local start, last, count = parse(redis.call('LINDEX', key, index))
  while start and start > taken do
    index = index - 1
    start, last, count = parse(redis.call('LINDEX', key, index))
  end
  if not start then return end
  local given = math.min(amount, count)
  redis.call('LSET', key, index, piece(start, last, count - given))
  redis.call('LSET', key, -1, text(sum - given))
end

local function reset(key, span)
  local index = -2
  local start, last, count = parse(redis.call('LINDEX', key, index))
  while start and count == 0 do
    index = index - 1
    start, last, count = parse(redis.call('LINDEX', key, index))
  end
  if not start then return 0 end
  return math.max(0, last + span - now)
end

local function wait(key, amount, limit, span)
  local excess = used(key, span) + amount - limit
  local index = 0
  while excess > 0 do
    local start, last, count = parse(redis.call('LINDEX', key, index))
    if not start then return span end
    excess = excess - count
    index = index + 1
    if excess <= 0 then return last + span - now end
  end
  return 0
end
`;

/**
 * Takes room in all keys or in none. ARGV[3] names the lease of requests at once, ARGV[4] is how long it lasts; then
 * for each key: kind (w: a window, c: requests at once), limit, amount, span, width.
 * Returns 1 (taken), 0 (refused) or 2 (too late), the time, and for each key the sum, the time to its end, and the wait.
 */
export const takeScript: Script = script(`${windows}
local lease, lasts = ARGV[3], tonumber(ARGV[4])
local waits, fits = {}, 1
for index, key in ipairs(KEYS) do
  local at = index * 5
  local kind, limit, amount, span = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  if kind == 'c' then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now))
    waits[index] = redis.call('ZCARD', key) < limit and 0 or 1
  else
    waits[index] = wait(key, amount, limit, span)
  end
  if waits[index] > 0 then fits = 0 end
end
local answer = {fits, now}
for index, key in ipairs(KEYS) do
  local at = index * 5
  local kind, amount, span, width = ARGV[at], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local isWindow = kind == 'w'
  if fits == 1 and isWindow then
    add(key, amount, span, width)
  elseif fits == 1 then
    redis.call('ZADD', key, text(now + lasts), lease)
    redis.call('PEXPIRE', key, lasts)
  end
  table.insert(answer, isWindow and used(key, span) or 0)
  table.insert(answer, isWindow and reset(key, span) or 0)
  table.insert(answer, waits[index])
end
return answer
`);

/**
 * Ends what was taken. ARGV[3] names the lease, ARGV[4] is when it was taken; then for each key as above, but the amount is
 * what counts besides what was taken: less than nothing is given back. Returns as above.
 */
export const endScript: Script = script(`${windows}
local lease, taken = ARGV[3], tonumber(ARGV[4])
local answer = {1, now}
for index, key in ipairs(KEYS) do
  local at = index * 5
  local kind, amount, span, width = ARGV[at], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  if kind == 'c' then
    redis.call('ZREM', key, lease)
  elseif amount > 0 then
    add(key, amount, span, width)
  elseif amount < 0 then
    give(key, -amount, span, taken)
  end
  table.insert(answer, kind == 'w' and used(key, span) or 0)
  table.insert(answer, kind == 'w' and reset(key, span) or 0)
  table.insert(answer, 0)
end
return answer
`);

/** Keeps leases for another ARGV[3] milliseconds, also where the server has lost them: for each key their names, parted by spaces. */
export const renewScript: Script = script(`
local lasts = tonumber(ARGV[3])
for index, key in ipairs(KEYS) do
  for lease in string.gmatch(ARGV[index + 3], '%S+') do
    redis.call('ZADD', key, text(now + lasts), lease)
  end
  redis.call('PEXPIRE', key, lasts)
end
return {1, now}
`);

/** Ends leases: for each key their names, parted by spaces. */
export const dropScript: Script = script(`
for index, key in ipairs(KEYS) do
  for lease in string.gmatch(ARGV[index + 2], '%S+') do redis.call('ZREM', key, lease) end
end
return {1, now}
`);

/** Returns the name of the server's memory, which it has as long as it forgets nothing. ARGV[3]: a new one, if it has none. */
export const memoryScript: Script = script(`
redis.call('SET', KEYS[1], ARGV[3] .. ' ' .. text(now), 'NX')
return {1, now, redis.call('GET', KEYS[1])}
`);

/** Adds what was counted elsewhere. For each key its span, its width, and counts as time:count, parted by spaces. */
export const addScript: Script = script(`${windows}
for index, key in ipairs(KEYS) do
  local at = index * 3
  local span, width = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local lasts, counts, starts, sum = {}, {}, {}, 0
  local function put(start, last, count)
    if last + span <= now then return end
    if not counts[start] then
      table.insert(starts, start)
      lasts[start], counts[start] = 0, 0
    end
    lasts[start] = math.max(lasts[start], last)
    counts[start] = counts[start] + count
    sum = sum + count
  end
  for _, entry in ipairs(redis.call('LRANGE', key, 0, -2)) do put(parse(entry)) end
  for time, count in string.gmatch(ARGV[at + 2], '(%d+):(%d+)') do
    time = math.min(tonumber(time), now)
    put(time - time % width, time, tonumber(count))
  end
  table.sort(starts)
  redis.call('DEL', key)
  for _, start in ipairs(starts) do redis.call('RPUSH', key, piece(start, lasts[start], counts[start])) end
  if sum > 0 then
    redis.call('RPUSH', key, text(sum))
    redis.call('PEXPIRE', key, span + width)
  end
end
return {1, now}
`);

function script(body: string): Script {
  const source = `${beginning}${body}`;
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}
