/** A line by which GitHub shows something beside a line of a file. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  /** From the root of the checkout. */
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly message: string;
}

/** The workflow command for it: one line, whatever the texts hold. */
export function githubAnnotation({ level, file, line, title, message }: Annotation): string {
  const properties = [
    `file=${escapeProperty(file)}`,
    `line=${line}`,
    `title=${escapeProperty(title)}`,
  ];
  return `::${level} ${properties.join(',')}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
