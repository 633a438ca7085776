/**
 * A bump allocator over this instance's private memory. `mark` and `release` bracket a kernel call; what was
 * allocated before the mark (points, tables) stays.
 */

/** Cache lines: no element and no pair crosses one needlessly. */
const ALIGNMENT: usize = 64;

let top: usize = (__heap_base + ALIGNMENT - 1) & ~(ALIGNMENT - 1);

/** `bytes` of memory, 64-aligned, contents undefined. Traps when the memory cannot grow. */
export function alloc(bytes: usize): usize {
  const start = top;
  const end: u64 = <u64>start + ((<u64>bytes + ALIGNMENT - 1) & ~(<u64>ALIGNMENT - 1));
  const held: u64 = (<u64>memory.size()) << 16;
  if (end > held) {
    const missing = <i32>((end - held + 0xffff) >> 16);
    // A little more than asked for: growing moves nothing but costs a system call.
    if (memory.grow(max<i32>(missing, 16)) < 0 && memory.grow(missing) < 0) unreachable();
  }
  top = <usize>end;
  return start;
}

/** The present end of what is allocated. */
export function mark(): usize {
  return top;
}

/** Frees everything allocated since `mark` returned `to`. */
export function release(to: usize): void {
  top = to;
}
