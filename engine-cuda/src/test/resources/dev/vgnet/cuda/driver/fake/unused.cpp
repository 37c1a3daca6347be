// Of this library, nothing is called; it only has to be there.
#include "fake.h"

API void fakeUnused() {}
