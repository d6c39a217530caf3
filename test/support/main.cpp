#include <ATen/Parallel.h>
#include <gmock/gmock.h>

// ctest runs as many test processes as there are cores, so each of them computes on one thread.
int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  at::set_num_threads(1);
  return RUN_ALL_TESTS();
}
