// completion-scripts.ts: writes completion scripts for bash, zsh and fish. No I/O.

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

export interface CompletedOption {
  readonly name: string;
  readonly description: string;
  /** The words its value may be, where these are known. */
  readonly choices?: readonly string[];
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  /** Long options, without dashes. */
  readonly options: readonly CompletedOption[];
  /** The words its argument may be; none: a file. */
  readonly words: readonly string[];
}

/** The script for one shell. */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  return { bash, zsh, fish }[shell](commands);
}

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, options, words }) => {
    const flags = [...options.map((option) => `--${option.name}`), "--help"].join(" ");
    const files = words.length === 0 ? "files=-f" : `words=${quote(words.join(" "))}`;
    const values = options.flatMap((option) =>
      option.choices === undefined
        ? []
        : [` [ "$previous" = --${option.name} ] && values=${quote(option.choices.join(" "))};`],
    );
    return `    ${name}) flags=${quote(flags)} ${files};${values.join("")} ;;`;
  });
  return `# mayfly completion for bash: source <(mayfly completion bash)
_mayfly() {
  local current="\${COMP_WORDS[COMP_CWORD]}" flags="" words="" files="" values=""
  local previous="\${COMP_WORDS[COMP_CWORD-1]}"
  # Bash makes three words of --machine=kvm.
  if [ "$current" = "=" ]; then current=""; elif [ "$previous" = "=" ]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    flags="--debug --help --version" words=${quote(commands.map(({ name }) => name).join(" "))}
  else case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac; fi
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
    return
  fi
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *) COMPREPLY=($(compgen $files -W "$words" -- "$current")) ;;
  esac
}
complete -o filenames -F _mayfly mayfly
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`);
  const cases = commands.map(({ name, options, words }) => {
    const flags = [...options, { name: "help", description: "print this help" }].map(
      (option: CompletedOption) => `      ${quote(`--${escapeZsh(option.name)}${valueInZsh(option)}`)}`,
    );
    const argument = words.length === 0 ? "*:file:_files" : `1:argument:(${words.join(" ")})`;
    return `    ${name}) _arguments \\\n${[...flags, `      ${quote(argument)}`].join(" \\\n")} ;;`;
  });
  return `#compdef mayfly
# mayfly completion for zsh
_mayfly() {
  local -a commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
compdef _mayfly mayfly
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = ["# mayfly completion for fish", "complete -c mayfly -n __fish_use_subcommand -f"];
  for (const { name, summary, options, words } of commands) {
    lines.push(`complete -c mayfly -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`);
    const here = `complete -c mayfly -n '__fish_seen_subcommand_from ${name}'`;
    for (const { name: option, description, choices } of options) {
      const values = choices === undefined ? "" : ` -x -a ${quote(choices.join(" "))}`;
      lines.push(`${here} -l ${option} -d ${quote(description)}${values}`);
    }
    if (words.length > 0) lines.push(`${here} -f -a ${quote(words.join(" "))}`);
  }
  return `${lines.join("\n")}\n`;
}

/** A single-quoted word; a quote inside it ends, escapes and reopens it, which all three shells read alike. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function valueInZsh({ description, choices }: CompletedOption): string {
  const meaning = `[${escapeZsh(description)}]`;
  return choices === undefined ? meaning : `=${meaning}:value:(${choices.join(" ")})`;
}

function escapeZsh(text: string): string {
  return text.replace(/[[\]:\\]/g, "\\$&");
}
