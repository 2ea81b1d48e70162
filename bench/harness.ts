// harness.ts: runs what is compared in turns, A B A B, so that the machine's slow moments fall on all alike.

/** One thing to be measured: does its work for one round and returns its samples. */
export type Contestant<Sample> = () => Promise<readonly Sample[]>;

/** The samples of each contestant, by round. */
export type Rounds<Name extends string, Sample> = Record<Name, (readonly Sample[])[]>;

export interface Schedule {
  readonly rounds: number;
  /** Rounds before, whose samples do not count. */
  readonly warmUp: number;
  /** Told before each round. */
  readonly progress?: (done: number, of: number) => void;
}

/** Lets the contestants take turns. They run one after another: none disturbs the other. */
export async function takeTurns<Name extends string, Sample>(
  contestants: Record<Name, Contestant<Sample>>,
  { rounds, warmUp, progress }: Schedule,
): Promise<Rounds<Name, Sample>> {
  const names = Object.keys(contestants) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Rounds<Name, Sample>;
  for (let round = -warmUp; round < rounds; round++) {
    progress?.(round + warmUp, rounds + warmUp);
    for (const name of names) {
      const taken = await contestants[name]();
      if (round >= 0) samples[name].push(taken);
    }
  }
  return samples;
}

/** How long something takes, ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
