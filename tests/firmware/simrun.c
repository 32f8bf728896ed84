/* simrun FIRMWARE.elf SECONDS SPEED [DROP_FROM DROP_N]

   An ATmega328P in libsimavr: its UART on a pseudo-terminal (the path is printed), its ADC fed with a
   sawtooth by the number of the conversion since the last that the pause told apart: conversion k of
   channel c gives (37 k + 500 c) mod 5000 mV. Runs for SECONDS of simulated time at SPEED times true time
   (0: as fast as it can); leaves out DROP_N bytes of the UART from byte DROP_FROM on. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

#define HZ 16000000u
#define SLICE (HZ / 2000) /* cycles between two looks at the terminal */
#define WAKES (HZ / 10) /* longer than the pause: the sketch converts once when it begins */
#define PAUSE (HZ / 20)   /* without a conversion for so many cycles they are numbered anew */

static avr_t *avr;
static int terminal;
static long drop_from = -1, drop_n, sent, blocked;
static avr_cycle_count_t converted;
static uint32_t conversions[8];

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void on_uart(struct avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq, (void)param;
    uint8_t byte = (uint8_t)value;
    long at = sent++;
    if (drop_from >= 0 && at >= drop_from && at < drop_from + drop_n) return;
    while (write(terminal, &byte, 1) != 1) { /* the reader is slower than the simulation: time stands still */
        if (errno != EAGAIN) exit(0);
        blocked++;
        usleep(200);
    }
}

static void on_conversion(struct avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq, (void)param;
    avr_adc_mux_t mux;
    memset(&mux, 0, sizeof mux);
    memcpy(&mux, &value, sizeof value < sizeof mux ? sizeof value : sizeof mux);
    unsigned channel = mux.src & 7u;
    if (avr->cycle - converted > PAUSE) memset(conversions, 0, sizeof conversions);
    converted = avr->cycle;
    uint32_t mv = (37u * conversions[channel]++ + 500u * channel) % 5000u;
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC0 + (int)channel), mv);
}

static void no_sleep(avr_t *a, avr_cycle_count_t cycles) {
    (void)a, (void)cycles;
}

static int load(const char *path) {
    elf_firmware_t firmware;
    memset(&firmware, 0, sizeof firmware);
    if (elf_read_firmware(path, &firmware)) return 1;
    avr = avr_make_mcu_by_name("atmega328p");
    if (!avr || avr_init(avr)) return 1;
    firmware.frequency = HZ;
    firmware.vcc = firmware.avcc = firmware.aref = 5000;
    avr_load_firmware(avr, &firmware);
    avr->sleep = no_sleep; /* the pace is set here */
    uint32_t flags = 0;
    avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
    flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_uart, NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), on_conversion, NULL);
    return 0;
}

static void open_terminal(void) {
    int other;
    char name[64];
    struct termios mode;
    if (openpty(&terminal, &other, name, NULL, NULL)) exit(4);
    tcgetattr(other, &mode);
    cfmakeraw(&mode);
    tcsetattr(other, TCSANOW, &mode);
    fcntl(terminal, F_SETFL, O_NONBLOCK);
    printf("port: %s\n", name);
    fflush(stdout);
}

static void hear(void) {
    static uint8_t waiting[256];
    static size_t n, at;
    static avr_cycle_count_t next = WAKES; /* before that it is deaf */
    if (at == n) {
        ssize_t got = read(terminal, waiting, sizeof waiting);
        n = got > 0 ? (size_t)got : 0;
        at = 0;
    }
    if (at < n && avr->cycle >= next) { /* a byte at a time, no faster than a UART */
        avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT), waiting[at++]);
        next = avr->cycle + SLICE;
    }
}

int main(int argc, char **argv) {
    if (argc != 4 && argc != 6) return 2;
    double seconds = atof(argv[2]), speed = atof(argv[3]);
    if (argc == 6) drop_from = atol(argv[4]), drop_n = atol(argv[5]);
    if (load(argv[1])) return 3;
    open_terminal();
    avr_cycle_count_t end = (avr_cycle_count_t)(seconds * HZ), slice = 0;
    double begun_s = now_s();
    while (avr->cycle < end) {
        int state = avr_run(avr);
        if (state == cpu_Done || state == cpu_Crashed) return 5;
        if (avr->cycle < slice) continue;
        slice = avr->cycle + SLICE;
        hear();
        if (speed <= 0) continue;
        double ahead_s = (double)avr->cycle / HZ / speed - (now_s() - begun_s);
        if (ahead_s > 0) usleep((useconds_t)(1e6 * ahead_s));
    }
    fprintf(stderr, "%.2f s simulated in %.2f s, %ld bytes sent, %ld waits\n", seconds, now_s() - begun_s, sent, blocked);
    return 0;
}
