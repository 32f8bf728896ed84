/* Stand-ins for the parts of the ESP32 core that the sketch uses, after its documentation: they show that
   the sketch is sound C++ against these words, not that it runs. */
#pragma once
#include <cstddef>
#include <cstdint>

struct HardwareSerial {
    void begin(unsigned long baud);
    size_t setTxBufferSize(size_t n);
    int available();
    int read();
    size_t write(const uint8_t *bytes, size_t n);
};
extern HardwareSerial Serial;
void analogReadResolution(uint8_t bits);
uint16_t analogRead(uint8_t pin);
void delay(uint32_t ms);

typedef struct QueueDefinition *QueueHandle_t;
typedef QueueHandle_t SemaphoreHandle_t;
typedef uint32_t TickType_t;
typedef int BaseType_t;
#define pdTRUE ((BaseType_t)1)
#define portMAX_DELAY ((TickType_t)0xffffffffUL)
SemaphoreHandle_t xSemaphoreCreateMutex();
BaseType_t xSemaphoreTake(SemaphoreHandle_t, TickType_t);
BaseType_t xSemaphoreGive(SemaphoreHandle_t);
QueueHandle_t xQueueCreate(unsigned long n, unsigned long size);
BaseType_t xQueueSend(QueueHandle_t, const void *item, TickType_t);
BaseType_t xQueueReceive(QueueHandle_t, void *item, TickType_t);
