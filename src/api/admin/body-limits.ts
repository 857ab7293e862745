const kilobyte = 1024;

/** The most bytes that a body of the admin API may have: a channel with hundreds of cards. */
export const adminBodyBytesMax = kilobyte * kilobyte;

/** The same of `POST /admin/v1/apply`: a state of ten thousand keys. */
export const stateBytesMax = 8 * kilobyte * kilobyte;

/** The same where anybody may ask, such as a sign-in. */
export const openBodyBytesMax = 64 * kilobyte;
