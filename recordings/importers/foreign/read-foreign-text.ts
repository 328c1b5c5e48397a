import { readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { ForeignInputError } from './foreign-input-error.ts';

/**
 * The text of a file that anything may have written; packed with gzip it is unpacked, as it stands or written as base64.
 * What is larger than `largestBytes` would have to be held in memory several times over.
 * @throws ForeignInputError when it is none.
 */
export async function readForeignText(path: string, largestBytes: number): Promise<string> {
  const bytes = unpacked(await readBytes(path, largestBytes), largestBytes);
  if (bytes.length === 0) throw new ForeignInputError(1, 'the file is empty');
  const text = startsWith(bytes, [0xff, 0xfe])
    ? utf16(bytes, 'utf-16le')
    : startsWith(bytes, [0xfe, 0xff])
      ? utf16(bytes, 'utf-16be')
      : utf8(bytes);
  if (text.trim() === '') throw new ForeignInputError(1, 'the file is empty');
  return text;
}

/** As some consoles of Windows write what is sent to a file. */
function utf16(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new ForeignInputError(1, 'the file is not whole UTF-16');
  }
}

function utf8(bytes: Buffer): string {
  const nul = bytes.indexOf(0);
  if (nul !== -1) throw new ForeignInputError(lineAt(bytes, nul), 'the file is binary');
  const text = new TextDecoder().decode(bytes);
  const broken = text.indexOf('\ufffd');
  if (broken !== -1 && !isUtf8(bytes)) {
    const line = text.slice(0, broken).split('\n').length;
    throw new ForeignInputError(line, 'the file is not UTF-8');
  }
  return text;
}

const handedOver = /^\/dev\/(?:stdin|fd\/\d+)$/;

async function readBytes(path: string, largestBytes: number): Promise<Buffer> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new ForeignInputError(1, 'no file can be read below it');
    // A pipe may never end: only one that was handed over as such is read.
    const isPipe = handedOver.test(path) && (found.isFIFO() || found.isSocket());
    if (!found.isFile() && !isPipe) throw new ForeignInputError(1, 'it is no file');
    if (found.size > largestBytes) throw tooLarge(found.size, largestBytes);
    const bytes = await readFile(path);
    if (bytes.length > largestBytes) throw tooLarge(bytes.length, largestBytes);
    return bytes;
  } catch (error) {
    if (error instanceof ForeignInputError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ForeignInputError(1, code === 'ENOENT' ? 'there is no such file' : code);
  }
}

function tooLarge(size: number, largestBytes: number): ForeignInputError {
  return new ForeignInputError(
    1,
    `the file has ${size} bytes, more than ${largestBytes}: split it`,
  );
}

/** How base64 begins of what gzip packed. */
const packedText = Buffer.from('H4sI');

function unpacked(bytes: Buffer, largestBytes: number): Buffer {
  const isText = bytes.subarray(0, packedText.length).equals(packedText);
  const packed = isText ? Buffer.from(bytes.toString('latin1'), 'base64') : bytes;
  if (!startsWith(packed, [0x1f, 0x8b])) return bytes;
  try {
    return gunzipSync(packed, { maxOutputLength: largestBytes });
  } catch {
    throw new ForeignInputError(
      1,
      `the file cannot be unpacked, or has more than ${largestBytes} bytes then: split it`,
    );
  }
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function lineAt(bytes: Buffer, offset: number): number {
  return bytes.subarray(0, offset).toString('latin1').split('\n').length;
}

function startsWith(bytes: Buffer, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}
