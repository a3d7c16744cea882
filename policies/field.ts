/** Stands for a value that a preview cannot know. The update runs every rule again with the real one. */
export const unknown = Symbol("unknown until the update");

/** One place in an object: its path, its value, and whose it is. Reading below something absent or unknown is safe. */
export class Field<Owner = unknown> {
  constructor(
    readonly owner: Owner,
    readonly path: string,
    readonly value: unknown,
    private readonly parent?: Field<Owner>,
  ) {}

  /** The places it is in, the nearest first, the object itself last. */
  get above(): Field<Owner>[] {
    return this.parent ? [this.parent, ...this.parent.above] : [];
  }

  /** The place below these keys; absent below anything that is no record, unknown below anything unknown. */
  at(...keys: readonly string[]): Field<Owner> {
    return keys.reduce<Field<Owner>>((field, key) => field.child(key), this);
  }

  /** The elements of a list; none when there is no list or it is unknown. A named element shows its name in the path. */
  items(): Field<Owner>[] {
    if (!Array.isArray(this.value)) return [];
    return this.value.map((item: unknown, index) => {
      const name = isRecord(item) && typeof item["name"] === "string" ? item["name"] : index;
      return new Field(this.owner, `${this.path}[${name}]`, item, this);
    });
  }

  /** The keys of a record with what is below them; none when there is no record or it is unknown. */
  entries(): [string, Field<Owner>][] {
    return isRecord(this.value) ? Object.keys(this.value).map((key) => [key, this.child(key)]) : [];
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  get isRecord(): boolean {
    return isRecord(this.value);
  }

  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  get text(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  get number(): number | undefined {
    return typeof this.value === "number" ? this.value : undefined;
  }

  /** Whether the value, or a part of it, is unknown in this preview. */
  get unknown(): boolean {
    return holdsUnknown(this.value);
  }

  private child(key: string): Field<Owner> {
    const step = /^[A-Za-z_]\w*$/.test(key) ? `${this.path && "."}${key}` : `["${key}"]`;
    const below = isRecord(this.value) ? this.value[key] : undefined;
    return new Field(this.owner, this.path + step, this.value === unknown ? unknown : below, this);
  }
}

function holdsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === unknown;
  return Object.values(value).some(holdsUnknown);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
