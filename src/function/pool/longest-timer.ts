// longest-timer.ts: the longest delay that Node's timers know: a longer one would fire at once.

export const LONGEST_TIMER_MS = 0x7fff_ffff;
