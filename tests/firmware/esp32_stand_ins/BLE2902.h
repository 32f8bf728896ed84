#pragma once
#include "BLEDevice.h"

struct BLE2902 : BLEDescriptor {};
