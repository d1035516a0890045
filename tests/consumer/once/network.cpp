#include "network.hpp"

NORMA_INSTANTIATE(program::Net);
