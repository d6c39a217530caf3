// Writes the random words of Philox streams to standard output until its reader closes it:
//
//   random_words SEED STREAMS
//
// With 1 stream, these are words of 32 bits of Philox(SEED). With n, the words of its splits 0 to n - 1
// take turns.

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <torch/distributions/philox.h>

namespace torch::distributions {
namespace {

/// The next words of a stream, of which a draw has 32 bits each.
Tensor words_of(const Philox& stream, int64_t count) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  Tensor pairs = at::empty({(count + 1) / 2}, at::kLong).random_(kLeast, std::nullopt, stream);
  pairs.sub_(kLeast);  // the bits themselves
  return pairs.view(at::kInt).narrow(0, 0, count);
}

void write_words(uint64_t seed, int64_t number) {
  constexpr int64_t kAtOnce = 1 << 17;
  at::set_num_threads(1);  // the other processor reads the words
  const Philox random(seed);
  std::vector<Philox> streams;
  if (number == 1) {
    streams.push_back(random);
  } else {
    for (int64_t i = 0; i < number; ++i) streams.push_back(random.split(static_cast<uint64_t>(i)));
  }
  const int64_t count = std::max<int64_t>(kAtOnce / number, 1);
  while (true) {
    std::vector<Tensor> draws;
    for (const Philox& each : streams) draws.push_back(words_of(each, count));
    const Tensor words = at::stack(draws, 1);
    const auto size = static_cast<std::size_t>(words.numel());
    if (std::fwrite(words.const_data_ptr<int>(), sizeof(int), size, stdout) != size) return;
  }
}

}  // namespace
}  // namespace torch::distributions

int main(int argc, char** argv) {
  try {
    if (argc == 3) {
      torch::distributions::write_words(std::stoull(argv[1]), std::stoll(argv[2]));
      return 0;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  std::fprintf(stderr, "usage: random_words SEED STREAMS\n");
  return 1;
}
