/** What a report comes to, as text. */
type Reporter<Report> = (report: Report) => string;

/**
 * The reporter that the module at `path` exports as `name`: what it returns is printed instead of our text. It decides nothing:
 * the exit code stays what it was. Throws ModuleUnusableError.
 */
export async function loadReporter<Report>(path: string, name: string): Promise<Reporter<Report>> {
  const { importNamed } = await import('#scenarios');
  return importNamed(path, {
    name,
    is: (value): value is Reporter<Report> => typeof value === 'function',
    example: `export function ${name}(report) { return 'text'; }`,
  });
}
