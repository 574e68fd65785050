// Moves the clock of a process; Debian's libfaketime.
const LIBRARY = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketimeMT.so.1`;

/** The environment of a process whose clock is so many minutes ahead. */
export const ahead = (minutes) => ({ LD_PRELOAD: LIBRARY, FAKETIME: `+${minutes}m`, FAKETIME_DONT_FAKE_MONOTONIC: '1' });
