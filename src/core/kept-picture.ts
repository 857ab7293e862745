/** A picture that is kept for a client that comes back. */
export interface KeptPicture {
  readonly blobId: string;
  readonly byteLength: number;
  readonly urlUntil: number | null;
  readonly keptUntil: number;
}
