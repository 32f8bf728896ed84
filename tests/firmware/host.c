/* What the tests need to know of the board's C code besides its own functions. */
#include "fasciscope_board.h"

uint32_t host_board_bytes(void);

uint32_t host_board_bytes(void) { return (uint32_t)sizeof(fs_board); }
