/* fasciscope on an ESP32 (Arduino core 2 or 3): serial port and Bluetooth LE, the same frames on both.

   Sensors on the pins below. A timer task takes the samples: the long-term rate is that of the crystal, a
   single sample may be some 0.05 ms late. Frames go to where the start command came from. */
#include <BLE2902.h>
#include <BLEDevice.h>
#include <esp_timer.h>
#include <fasciscope_board.h>

/* Set these. */
#ifndef FS_CHANNELS
#define FS_CHANNELS 1
#endif
#ifndef FS_RATE_HZ
#define FS_RATE_HZ 1000 /* at power-on; the host may ask for another */
#endif
#ifndef FS_BAUD
#define FS_BAUD 115200 /* 921600 for more than a rate below */
#endif
#ifndef FS_SCALE
#define FS_SCALE "uncalibrated" /* this converter is not linear: calibrate before you set a scale */
#endif
static const uint8_t PINS[] = {36, 39, 34, 35, 32, 33}; /* ADC1; ADC2 is the radio's */

#define SERVICE "8f2b6a10-5c1e-4d0a-9d3b-6e1f0a7c4e01"
#define FRAMES "8f2b6a11-5c1e-4d0a-9d3b-6e1f0a7c4e01"
#define COMMANDS "8f2b6a12-5c1e-4d0a-9d3b-6e1f0a7c4e01"
#define NAME "fasciscope-esp32"
#define MTU 247
#define SLOTS 64
static_assert(FS_CHANNELS >= 1 && FS_CHANNELS <= sizeof PINS, "a pin for each channel");

static const uint32_t CLOCK_HZ = 1000000;
static const uint32_t SCAN_US = 200 + 100 * FS_CHANNELS; /* a conversion takes up to 0.1 ms */
static const uint32_t FRAME_BITS = 10 * FS_FRAME_BYTES + 60; /* an eighth to spare: gaps between bytes, answers */
static const uint32_t SENT_US = (uint32_t)((uint64_t)CLOCK_HZ * FRAME_BITS / (FS_VALUES / FS_CHANNELS) / FS_BAUD) + 1;

static const fs_config CONFIG = {NAME, FS_SCALE, FS_CHANNELS, 12, 0, 4095, CLOCK_HZ,
                                 SENT_US > SCAN_US ? SENT_US : SCAN_US, 1000000};

static fs_board board;
static fs_slot slots[SLOTS];
static esp_timer_handle_t timer;
static SemaphoreHandle_t sampling; /* held while a sample is taken, and while the board starts or stops */
static QueueHandle_t heard;        /* bytes that came by radio */
static int64_t due_us;
static BLEServer *server;
static BLECharacteristic *frames;
static volatile bool connected;
static bool by_radio;

static void on_timer(void *) {
    int16_t counts[FS_CHANNELS];
    xSemaphoreTake(sampling, portMAX_DELAY);
    int64_t now_us = esp_timer_get_time();
    if (now_us - due_us > board.ticks) { /* a sample at another time than its own is none */
        fs_board_sample(&board, nullptr, (uint32_t)now_us);
    } else {
        for (uint8_t k = 0; k < FS_CHANNELS; k++) counts[k] = (int16_t)analogRead(PINS[k]);
        fs_board_sample(&board, counts, (uint32_t)now_us);
    }
    due_us += board.ticks;
    xSemaphoreGive(sampling);
}

static void obey(fs_action action, bool radio) {
    if (action == FS_NOTHING) return;
    esp_timer_stop(timer); /* an error if it does not run: that is well */
    xSemaphoreTake(sampling, portMAX_DELAY);
    if (action == FS_START) {
        by_radio = radio;
        fs_board_start(&board);
        due_us = esp_timer_get_time() + board.ticks;
    } else {
        fs_board_stop(&board);
    }
    xSemaphoreGive(sampling);
    if (action == FS_START) esp_timer_start_periodic(timer, board.ticks);
}

struct Link : public BLEServerCallbacks {
    void onConnect(BLEServer *) override { connected = true; }
    void onDisconnect(BLEServer *) override {
        const char *stop = "\nstop\n";
        connected = false;
        while (*stop) xQueueSend(heard, stop++, 0);
        BLEDevice::startAdvertising();
    }
};

struct Commands : public BLECharacteristicCallbacks {
    void onWrite(BLECharacteristic *written) override {
        const uint8_t *bytes = written->getData();
        for (size_t k = 0; k < written->getLength(); k++) xQueueSend(heard, bytes + k, 0);
    }
};

static void begin_radio() {
    BLEDevice::init(NAME);
    BLEDevice::setMTU(MTU);
    server = BLEDevice::createServer();
    server->setCallbacks(new Link());
    BLEService *service = server->createService(SERVICE);
    frames = service->createCharacteristic(FRAMES, BLECharacteristic::PROPERTY_NOTIFY);
    frames->addDescriptor(new BLE2902());
    BLECharacteristic *commands = service->createCharacteristic(
        COMMANDS, BLECharacteristic::PROPERTY_WRITE | BLECharacteristic::PROPERTY_WRITE_NR);
    commands->setCallbacks(new Commands());
    service->start();
    BLEDevice::getAdvertising()->addServiceUUID(SERVICE);
    BLEDevice::getAdvertising()->setScanResponse(true);
    BLEDevice::startAdvertising();
}

/* As many whole frames as fit in a notification; where less than one fits, pieces. */
static void notify() {
    static uint8_t bytes[(MTU - 3) / FS_FRAME_BYTES * FS_FRAME_BYTES];
    size_t room = server->getPeerMTU(server->getConnId()) - 3, n = 0;
    while (n + FS_FRAME_BYTES <= sizeof bytes && (n == 0 || n + FS_FRAME_BYTES <= room) &&
           fs_board_frame(&board, bytes + n))
        n += FS_FRAME_BYTES;
    for (size_t at = 0; at < n; at += room) {
        frames->setValue(bytes + at, n - at < room ? n - at : room);
        frames->notify();
    }
}

void setup() {
    const esp_timer_create_args_t args = {on_timer, nullptr, ESP_TIMER_TASK, "sampling", false};
    Serial.setTxBufferSize(1024);
    Serial.begin(FS_BAUD);
    analogReadResolution(12);
    sampling = xSemaphoreCreateMutex();
    heard = xQueueCreate(128, 1);
    esp_timer_create(&args, &timer);
    fs_board_init(&board, &CONFIG, slots, SLOTS, FS_RATE_HZ);
    begin_radio();
}

void loop() {
    uint8_t frame[FS_FRAME_BYTES];
    char byte;
    while (Serial.available()) {
        by_radio = by_radio && board.streaming; /* a host that asks on the port is answered there */
        obey(fs_board_hear(&board, (char)Serial.read()), false);
    }
    while (xQueueReceive(heard, &byte, 0) == pdTRUE) {
        by_radio = by_radio || !board.streaming;
        obey(fs_board_hear(&board, byte), true);
    }
    if (by_radio && connected)
        notify();
    else if (fs_board_frame(&board, frame) && !by_radio)
        Serial.write(frame, sizeof frame);
    else
        delay(1);
}
