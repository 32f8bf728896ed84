#pragma once
#include <cstddef>
#include <cstdint>

struct BLEDescriptor {};
struct BLECharacteristic;
struct BLEServer;
struct BLECharacteristicCallbacks {
    virtual ~BLECharacteristicCallbacks() = default;
    virtual void onWrite(BLECharacteristic *) {}
};
struct BLEServerCallbacks {
    virtual ~BLEServerCallbacks() = default;
    virtual void onConnect(BLEServer *) {}
    virtual void onDisconnect(BLEServer *) {}
};
struct BLECharacteristic {
    static const uint32_t PROPERTY_NOTIFY = 1, PROPERTY_WRITE = 2, PROPERTY_WRITE_NR = 4;
    void addDescriptor(BLEDescriptor *);
    void setCallbacks(BLECharacteristicCallbacks *);
    void setValue(uint8_t *bytes, size_t n);
    void notify();
    uint8_t *getData();
    size_t getLength();
};
struct BLEService {
    BLECharacteristic *createCharacteristic(const char *uuid, uint32_t properties);
    void start();
};
struct BLEServer {
    void setCallbacks(BLEServerCallbacks *);
    BLEService *createService(const char *uuid);
    uint16_t getConnId();
    uint16_t getPeerMTU(uint16_t connection);
};
struct BLEAdvertising {
    void addServiceUUID(const char *uuid);
    void setScanResponse(bool on);
};
struct BLEDevice {
    static void init(const char *name);
    static int setMTU(uint16_t mtu);
    static BLEServer *createServer();
    static BLEAdvertising *getAdvertising();
    static void startAdvertising();
};
