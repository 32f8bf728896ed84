/* fasciscope on an Arduino with an ATmega328P, 168, 1280 or 2560 (Uno R3, Nano, Pro Mini, Mega), 16 MHz.

   Sensors (MyoWare RAW, Gravity, BioAmp ...) on A0, A1 ... A timer interrupt starts each scan: the rate is exact, a
   single sample may be 0.01 ms late; the channels of a sample follow one another 0.11 ms apart. */
#include <fasciscope_board.h>

/* Set these. */
#ifndef FS_CHANNELS
#define FS_CHANNELS 1 /* 1 to 8, from A0 on */
#endif
#ifndef FS_RATE_HZ
#define FS_RATE_HZ 1000 /* at power-on; the host may ask for another */
#endif
#ifndef FS_BAUD
#define FS_BAUD 115200 /* 500000 for more than a rate below */
#endif
#ifndef FS_SCALE
#define FS_SCALE "uncalibrated" /* microvolts at the electrodes for a count: 5e6 / 1024 / gain */
#endif
#ifndef FS_NAME
#define FS_NAME "arduino-avr"
#endif

#if !defined(TCCR1B) || !defined(TIMSK1) || defined(__AVR_ATmega32U4__)
#error "This sketch is for boards with an ATmega328P, 168, 1280 or 2560. See README.md."
#endif

const uint32_t CLOCK_HZ = F_CPU / 8;               /* of timer 1 */
const uint32_t SCAN_TICKS = (F_CPU / 1000000UL) * (40 + 120UL * FS_CHANNELS) / 8; /* a conversion takes 104 us */
const uint32_t FRAME_BITS = 10UL * FS_FRAME_BYTES + 60; /* an eighth to spare: gaps between bytes, answers */
const uint32_t SENT_TICKS = (uint32_t)((uint64_t)CLOCK_HZ * FRAME_BITS / (FS_VALUES / FS_CHANNELS) / FS_BAUD) + 1;

const uint8_t CONVERTER = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0); /* on, 125 kHz */

const fs_config CONFIG = {FS_NAME, FS_SCALE, FS_CHANNELS, 10, 0, 1023, CLOCK_HZ,
                          SENT_TICKS > SCAN_TICKS ? SENT_TICKS : SCAN_TICKS, 65536UL};

static fs_board board;
static fs_slot slots[12];
static int16_t counts[FS_CHANNELS];
static uint32_t sampled_us;
static volatile uint8_t channel;
static volatile uint8_t scanning;

static void select(uint8_t k) {
    ADMUX = _BV(REFS0) | k; /* against the supply */
}

ISR(TIMER1_COMPA_vect) {
    if (scanning) { /* the last sample is not done: this one is missed */
        fs_board_sample(&board, 0, micros());
        return;
    }
    scanning = 1;
    ADCSRA |= _BV(ADSC);
    sampled_us = micros();
}

ISR(ADC_vect) {
    counts[channel] = (int16_t)ADC;
    if (++channel < FS_CHANNELS) {
        select(channel);
        ADCSRA |= _BV(ADSC);
        return;
    }
    select(channel = 0);
    scanning = 0;
    fs_board_sample(&board, counts, sampled_us);
}

static void sampling_stop() {
    TIMSK1 = 0;
    TCCR1B = 0;
    while (ADCSRA & _BV(ADSC)) {
    }
    ADCSRA = CONVERTER;
}

static void sampling_start() {
    select(channel = 0);
    scanning = 0;
    TCCR1A = 0;
    TCNT1 = 0;
    OCR1A = (uint16_t)(board.ticks - 1);
    TIFR1 = _BV(OCF1A);
    ADCSRA = CONVERTER | _BV(ADIF) | _BV(ADIE);
    TIMSK1 = _BV(OCIE1A);
    TCCR1B = _BV(WGM12) | _BV(CS11); /* from 0 to OCR1A, a tick every 8 cycles */
}

static void obey(fs_action action) {
    if (action == FS_NOTHING) return;
    sampling_stop();
    if (action == FS_START) {
        fs_board_start(&board);
        sampling_start();
    } else {
        fs_board_stop(&board);
    }
}

void setup() {
    Serial.begin(FS_BAUD);
    select(0);
    ADCSRA = CONVERTER | _BV(ADSC); /* the first conversion takes twice as long, and is none of ours */
    fs_board_init(&board, &CONFIG, slots, sizeof slots / sizeof *slots, FS_RATE_HZ);
}

void loop() {
    uint8_t frame[FS_FRAME_BYTES];
    while (Serial.available()) obey(fs_board_hear(&board, (char)Serial.read()));
    if (fs_board_frame(&board, frame)) Serial.write(frame, sizeof frame);
}
