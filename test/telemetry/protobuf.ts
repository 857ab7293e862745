/** The fields of a protobuf message by number: each time that a field stands there, its bytes or its number. */
export type Message = ReadonlyMap<number, readonly (Buffer | bigint)[]>;

/** Reads a message of which nothing is known but that it is one. Throws where it is none. */
export function readMessage(bytes: Buffer): Message {
  const fields = new Map<number, (Buffer | bigint)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) throw new Error("a protobuf message ends within a number");
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error("a protobuf message ends within a field");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const type = tag & 7;
    const value =
      type === 0
        ? varint()
        : type === 1
          ? take(8)
          : type === 2
            ? take(Number(varint()))
            : type === 5
              ? take(4)
              : undefined;
    if (value === undefined) throw new Error(`a protobuf field of type ${type}`);
    const field = tag >> 3;
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

const buffers = (message: Message, field: number): Buffer[] =>
  (message.get(field) ?? []).filter((value) => Buffer.isBuffer(value));

/** The messages that stand in a field. */
export function inside(message: Message, field: number): Message[] {
  return buffers(message, field).map(readMessage);
}

export function text(message: Message, field: number): string {
  return buffers(message, field)[0]?.toString("utf8") ?? "";
}

export function hex(message: Message, field: number): string {
  return buffers(message, field)[0]?.toString("hex") ?? "";
}

export function number(message: Message, field: number): number {
  const value = message.get(field)?.[0] ?? 0n;
  return Number(Buffer.isBuffer(value) ? value.readBigUInt64LE() : value);
}

/** A list of OTLP's key-value pairs as an object. */
export function attributes(message: Message, field: number): Record<string, unknown> {
  return Object.fromEntries(
    inside(message, field).map((pair) => [text(pair, 1), valueOf(inside(pair, 2)[0])]),
  );
}

function valueOf(any: Message | undefined): unknown {
  if (any?.has(1) === true) return text(any, 1);
  if (any?.has(2) === true) return number(any, 2) === 1;
  if (any?.has(3) === true) return number(any, 3);
  const [double] = any?.get(4) ?? [];
  return Buffer.isBuffer(double) ? double.readDoubleLE() : undefined;
}
