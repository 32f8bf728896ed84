/* Frames of the fasciscope protocol (docs/protocol.md, version 1): C99, no heap, no floating point. */
#ifndef FASCISCOPE_FRAME_H
#define FASCISCOPE_FRAME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FS_PROTOCOL 1
#define FS_FRAME_BYTES 46
#define FS_TEXT_BYTES 40
#define FS_VALUES 16 /* counts that a frame has room for */
#define FS_MOST_CHANNELS 8

/* CRC-16/CCITT-FALSE: polynomial 1021, initial value FFFF, not reflected, no final exclusive-or. */
uint16_t fs_crc16(const uint8_t *bytes, uint8_t n);

/* Samples in a frame of so many channels (1 to 8). */
uint8_t fs_samples_per_frame(uint8_t channels);

/* A frame of samples. `counts` holds fs_samples_per_frame(channels) * channels values, sample after sample;
   `number` is that of the first sample, `us` its microseconds. */
void fs_encode_samples(uint8_t out[FS_FRAME_BYTES], uint8_t channels, uint32_t number, uint32_t us,
                       const int16_t *counts);

/* A frame of text: up to 40 characters of `line`. */
void fs_encode_text(uint8_t out[FS_FRAME_BYTES], const char *line);

#ifdef __cplusplus
}
#endif
#endif
