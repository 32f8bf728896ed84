/* The board's side of the fasciscope protocol (docs/protocol.md): samples wait in a ring of frames, commands
   are obeyed and answered. C99, no heap, no floating point.

   A sketch's interrupt (or its sampling task) calls fs_board_sample; its loop calls fs_board_hear for each
   byte of the host and sends what fs_board_frame gives. No other function may run while samples are taken. */
#ifndef FASCISCOPE_BOARD_H
#define FASCISCOPE_BOARD_H

#include "fasciscope_frame.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FS_LINE_BYTES 24 /* the longest command, and a zero */
#define FS_ANSWERS 4     /* that wait at a time */

/* What a board is. The rate is clock_hz / ticks, ticks_min <= ticks <= ticks_max. */
typedef struct {
    const char *name;
    const char *scale; /* microvolts at the electrodes for a count, in decimal, or "uncalibrated" */
    uint8_t channels;
    uint8_t bits;
    int16_t low;
    int16_t high;
    uint32_t clock_hz;
    uint32_t ticks_min;
    uint32_t ticks_max;
} fs_config;

/* A frame that waits. */
typedef struct {
    uint32_t number;
    uint32_t us;
    int16_t counts[FS_VALUES];
} fs_slot;

/* What a command asks of the sketch. */
typedef enum {
    FS_NOTHING,
    FS_START, /* stop the sampling, call fs_board_start, sample every `ticks` */
    FS_STOP   /* stop the sampling, call fs_board_stop */
} fs_action;

typedef struct {
    const fs_config *config;
    fs_slot *slots;
    uint8_t n_slots;
    volatile uint8_t head; /* the slot that is filled */
    volatile uint8_t tail; /* the slot that is sent next */
    uint8_t filled;        /* samples in it */
    uint8_t spoilt;        /* one of them was missed */
    volatile uint8_t streaming;
    uint32_t number; /* of the next sample */
    uint32_t lost;   /* samples, since the start */
    uint32_t ticks;
    uint8_t answers[FS_ANSWERS];
    uint8_t n_answers;
    uint8_t hello_line;
    uint8_t line_n;
    char line[FS_LINE_BYTES];
} fs_board;

/* At `rate_hz` or the nearest that the board can; `slots` needs two at least. */
void fs_board_init(fs_board *board, const fs_config *config, fs_slot *slots, uint8_t n_slots, uint32_t rate_hz);

/* A byte of the host. The sketch does what it gives back, at once. */
fs_action fs_board_hear(fs_board *board, char byte);

/* Number 0 is next; nothing may be sampling. */
void fs_board_start(fs_board *board);

/* No more samples; those of whole frames are still sent. Nothing may be sampling. */
void fs_board_stop(fs_board *board);

/* A sample of all channels, taken at `us`; NULL if it was due but missed. If there is no room its frame is
   dropped, and counted. */
void fs_board_sample(fs_board *board, const int16_t *counts, uint32_t us);

/* The next frame to send: 1, or 0 if there is none now. */
uint8_t fs_board_frame(fs_board *board, uint8_t out[FS_FRAME_BYTES]);

#ifdef __cplusplus
}
#endif
#endif
