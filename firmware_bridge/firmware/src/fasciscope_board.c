#include "fasciscope_board.h"

#include <string.h>

/* What is written before is seen by the other side before what is written after. */
#if defined(__AVR__)
#define BARRIER() __asm__ volatile("" ::: "memory") /* one core, in order: only the compiler reorders */
#else
#define BARRIER() __sync_synchronize()
#endif

enum { HELLO, OK_START, OK_STOP, OK_RATE, ERROR_RATE, ERROR_BUSY, ERROR_UNKNOWN, ERROR_LONG };

/* A line of text that grows. */
typedef struct {
    char text[FS_TEXT_BYTES + 1];
    uint8_t n;
} text_line;

static void add(text_line *line, const char *text) {
    while (*text && line->n < FS_TEXT_BYTES) line->text[line->n++] = *text++;
    line->text[line->n] = '\0';
}

static void add_number(text_line *line, uint32_t value) {
    char digits[11];
    uint8_t k = sizeof digits - 1;
    digits[k] = '\0';
    do {
        digits[--k] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    add(line, digits + k);
}

static void add_signed(text_line *line, int16_t value) {
    if (value < 0) add(line, "-");
    add_number(line, value < 0 ? (uint32_t)(-(int32_t)value) : (uint32_t)value);
}

static void add_rate(text_line *line, const fs_board *board) {
    add_number(line, board->config->clock_hz);
    add(line, "/");
    add_number(line, board->ticks);
}

/* The ticks nearest to a rate. */
static uint32_t ticks_of(const fs_config *config, uint32_t rate_hz) {
    return config->clock_hz / rate_hz + (config->clock_hz % rate_hz >= rate_hz / 2 + rate_hz % 2);
}

void fs_board_init(fs_board *board, const fs_config *config, fs_slot *slots, uint8_t n_slots, uint32_t rate_hz) {
    memset(board, 0, sizeof *board);
    board->config = config;
    board->slots = slots;
    board->n_slots = n_slots;
    board->ticks = ticks_of(config, rate_hz);
    if (board->ticks < config->ticks_min) board->ticks = config->ticks_min;
    if (board->ticks > config->ticks_max) board->ticks = config->ticks_max;
}

static void answer(fs_board *board, uint8_t what) {
    if (board->n_answers < FS_ANSWERS) board->answers[board->n_answers++] = what;
}

static void set_rate(fs_board *board, const char *digits) {
    const fs_config *config = board->config;
    uint32_t rate_hz = 0;
    if (board->streaming) {
        answer(board, ERROR_BUSY);
        return;
    }
    for (; *digits >= '0' && *digits <= '9' && rate_hz < 100000000UL; digits++)
        rate_hz = 10 * rate_hz + (uint32_t)(*digits - '0');
    uint32_t ticks = rate_hz && !*digits ? ticks_of(config, rate_hz) : 0;
    uint8_t fits = ticks >= config->ticks_min && ticks <= config->ticks_max;
    if (fits) board->ticks = ticks;
    answer(board, fits ? OK_RATE : ERROR_RATE);
}

static fs_action obey(fs_board *board) {
    const char *line = board->line;
    if (!strcmp(line, "start")) {
        answer(board, OK_START);
        return FS_START;
    }
    if (!strcmp(line, "stop")) {
        answer(board, OK_STOP);
        return FS_STOP;
    }
    if (!strcmp(line, "hello?"))
        answer(board, HELLO);
    else if (!strncmp(line, "rate ", 5))
        set_rate(board, line + 5);
    else
        answer(board, ERROR_UNKNOWN);
    return FS_NOTHING;
}

fs_action fs_board_hear(fs_board *board, char byte) {
    fs_action action = FS_NOTHING;
    if (byte != '\n' && byte != '\r') {
        if (board->line_n < FS_LINE_BYTES) board->line[board->line_n++] = byte;
        return action;
    }
    if (board->line_n == FS_LINE_BYTES) {
        answer(board, ERROR_LONG);
    } else if (board->line_n) {
        board->line[board->line_n] = '\0';
        action = obey(board);
    }
    board->line_n = 0;
    return action;
}

void fs_board_start(fs_board *board) {
    board->head = board->tail = 0;
    board->filled = board->spoilt = 0;
    board->number = board->lost = 0;
    BARRIER();
    board->streaming = 1;
}

void fs_board_stop(fs_board *board) {
    board->streaming = 0;
}

static uint8_t after(const fs_board *board, uint8_t slot) {
    return (uint8_t)(slot + 1 < board->n_slots ? slot + 1 : 0);
}

void fs_board_sample(fs_board *board, const int16_t *counts, uint32_t us) {
    const uint8_t channels = board->config->channels;
    const uint8_t per_frame = fs_samples_per_frame(channels);
    fs_slot *slot = &board->slots[board->head];
    if (!board->streaming) return;
    if (board->filled == 0) {
        slot->number = board->number;
        slot->us = us;
        board->spoilt = 0;
    }
    if (counts)
        memcpy(slot->counts + board->filled * channels, counts, channels * sizeof *counts);
    else
        board->spoilt = 1;
    board->number++;
    if (++board->filled < per_frame) return;
    board->filled = 0;
    uint8_t next = after(board, board->head);
    if (board->spoilt || next == board->tail) {
        board->lost += per_frame; /* the same slot is filled again */
    } else {
        BARRIER();
        board->head = next;
    }
}

/* A line of the answer to "hello?"; the last is "end" with the number of those before it. */
static uint8_t hello(const fs_board *board, text_line *line) {
    const fs_config *config = board->config;
    static const char *const WORDS[] = {"hello ", "board ", "channels ", "bits ", "range ",
                                        "rate ",  "scale ", "samples ",  "end "};
    const uint8_t at = board->hello_line, end = sizeof WORDS / sizeof *WORDS - 1;
    add(line, WORDS[at]);
    switch (at) {
        case 0: add_number(line, FS_PROTOCOL); break;
        case 1: add(line, config->name); break;
        case 2: add_number(line, config->channels); break;
        case 3: add_number(line, config->bits); break;
        case 4: add_signed(line, config->low), add(line, " "), add_signed(line, config->high); break;
        case 5: add_rate(line, board); break;
        case 6: add(line, config->scale); break;
        case 7: add_number(line, fs_samples_per_frame(config->channels)); break;
        default: add_number(line, end); break;
    }
    return at == end;
}

/* The line of the oldest answer; 1 if it is the answer's last. */
static uint8_t speak(fs_board *board, text_line *line) {
    const fs_config *config = board->config;
    switch (board->answers[0]) {
        case HELLO:
            if (!hello(board, line)) {
                board->hello_line++;
                return 0;
            }
            board->hello_line = 0;
            break;
        case OK_START: add(line, "ok start"); break;
        case OK_STOP: add(line, "ok stop lost "), add_number(line, board->lost); break;
        case OK_RATE: add(line, "ok rate "), add_rate(line, board); break;
        case ERROR_RATE:
            add(line, "error rate ");
            add_number(line, (config->clock_hz + config->ticks_max - 1) / config->ticks_max);
            add(line, "..");
            add_number(line, config->clock_hz / config->ticks_min);
            add(line, " Hz");
            break;
        case ERROR_BUSY: add(line, "error busy"); break;
        case ERROR_LONG: add(line, "error line too long"); break;
        default: add(line, "error unknown command"); break;
    }
    return 1;
}

uint8_t fs_board_frame(fs_board *board, uint8_t out[FS_FRAME_BYTES]) {
    const uint8_t waits = board->head != board->tail;
    const uint8_t samples_first = waits && !board->streaming && board->answers[0] == OK_STOP;
    if (board->n_answers && !samples_first) {
        text_line line = {{0}, 0};
        if (speak(board, &line)) {
            board->n_answers--;
            memmove(board->answers, board->answers + 1, board->n_answers);
        }
        fs_encode_text(out, line.text);
        return 1;
    }
    if (!waits) return 0;
    BARRIER();
    const fs_slot *slot = &board->slots[board->tail];
    fs_encode_samples(out, board->config->channels, slot->number, slot->us, slot->counts);
    BARRIER();
    board->tail = after(board, board->tail);
    return 1;
}
