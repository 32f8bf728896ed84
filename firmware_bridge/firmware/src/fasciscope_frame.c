#include "fasciscope_frame.h"

#define SYNC_0 0xA5u
#define SYNC_1 0x5Au
#define END 0x0Au
#define KIND 2
#define NUMBER 3
#define CLOCK 7
#define COUNTS 11
#define TEXT 3
#define CRC 43

uint16_t fs_crc16(const uint8_t *bytes, uint8_t n) {
    uint16_t crc = 0xFFFFu;
    while (n--) { /* a byte at a time without a table */
        uint8_t x = (uint8_t)((crc >> 8) ^ *bytes++);
        x = (uint8_t)(x ^ (x >> 4));
        crc = (uint16_t)((uint16_t)(crc << 8) ^ (uint16_t)((uint16_t)x << 12) ^ (uint16_t)((uint16_t)x << 5) ^ x);
    }
    return crc;
}

uint8_t fs_samples_per_frame(uint8_t channels) {
    return (uint8_t)(FS_VALUES / channels);
}

static void put_u32(uint8_t *out, uint32_t value) {
    for (uint8_t k = 0; k < 4; k++) out[k] = (uint8_t)(value >> (8 * k));
}

static void seal(uint8_t *out, uint8_t kind) {
    out[0] = SYNC_0;
    out[1] = SYNC_1;
    out[KIND] = kind;
    uint16_t crc = fs_crc16(out + KIND, CRC - KIND);
    out[CRC] = (uint8_t)crc;
    out[CRC + 1] = (uint8_t)(crc >> 8);
    out[CRC + 2] = END;
}

void fs_encode_samples(uint8_t out[FS_FRAME_BYTES], uint8_t channels, uint32_t number, uint32_t us,
                       const int16_t *counts) {
    uint8_t used = (uint8_t)(fs_samples_per_frame(channels) * channels);
    put_u32(out + NUMBER, number);
    put_u32(out + CLOCK, us);
    for (uint8_t k = 0; k < FS_VALUES; k++) {
        uint16_t value = k < used ? (uint16_t)counts[k] : 0u;
        out[COUNTS + 2 * k] = (uint8_t)value;
        out[COUNTS + 2 * k + 1] = (uint8_t)(value >> 8);
    }
    seal(out, channels);
}

void fs_encode_text(uint8_t out[FS_FRAME_BYTES], const char *line) {
    for (uint8_t k = 0; k < FS_TEXT_BYTES; k++) {
        out[TEXT + k] = (uint8_t)*line;
        if (*line) line++;
    }
    seal(out, 0);
}
