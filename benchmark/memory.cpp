// Prints by how many bytes the peak memory of the process grows in one run of the named case:
// benchmark_memory Normal/backward/ours/float/full/8388608/1

#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include "cases.h"

namespace {

/// The peak resident memory of this process. getrusage's ru_maxrss is no substitute, as a process
/// inherits it from its parent.
int64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (int64_t kilobytes = 0; word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024;
  }
  throw std::runtime_error("/proc/self/status has no VmHWM: memory is measured on Linux only");
}

int64_t growth(const std::string& name) {
  bench::Key key = bench::Key::parse(name);
  bench::Key small = key;
  small.elements = 4096;
  if (const bench::Case warm_up(small); warm_up) warm_up.run();  // loads code, starts threads

  const bench::Case measured(key);
  const int64_t before = peak_bytes();
  const at::Tensor result = measured.run();
  return peak_bytes() - before;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: benchmark_memory KEY\n";
    return 1;
  }
  try {
    std::cout << growth(argv[1]) << "\n";
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
