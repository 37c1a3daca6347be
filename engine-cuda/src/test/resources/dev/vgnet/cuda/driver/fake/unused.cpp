// Of this library, nothing is called; it only has to be there.
extern "C" __attribute__((visibility("default"))) void fakeUnused() {}
