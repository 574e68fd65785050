/* A disk that fails and loses power on request: see README.md.
 *
 *   cc -O2 -shared -fPIC -pthread -o powercut.so tests/faults/powercut.c
 *
 * One translation unit, so that one command builds it. The parts, each using
 * only those before it:
 */
#define _GNU_SOURCE
#include "shim/base.h"   /* settings, paths, the real calls */
#include "shim/faults.h" /* LEADTAP_FAULT_FILE: which calls fail now */
#include "shim/twins.h"  /* what is durable of each file's bytes */
#include "shim/names.h"  /* what is durable of the folders' entries */
#include "shim/adopt.h"  /* the state at the start of the process */
#include "shim/syncs.h"  /* fsync and its relatives */
#include "shim/writes.h" /* calls that change bytes */
#include "shim/opens.h"  /* calls that open, make, move and remove */
