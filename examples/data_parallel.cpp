// Data-parallel training: 1, 2 and 4 processes train the variational autoencoder of vae.cpp, and their
// losses are the same, up to rounding. In a step, each process
//
//   takes its rows of the batch,
//   draws its rows of the noise: `random.shard(rank, processes)` gives the numbers that one process
//     would draw for these rows,
//   computes the gradients of its rows, and averages them with the other processes' (all-reduce).
//
// So all processes hold the same parameters. All of them make the same calls with the same shapes.
//
// The program starts the processes, which find each other by a file and talk over Gloo on this
// machine. For several machines replace c10d::FileStore by c10d::TCPStore, and on GPUs
// c10d::ProcessGroupGloo by c10d::ProcessGroupNCCL.
//
// The program draws the losses, and fails if they, or the gradients, differ by more than rounding. In 40
// epochs with seed 0, the losses of 2 and of 4 processes differ from those of one by 2.3e-7 at most.

#include <sys/wait.h>
#include <torch/distributions.h>
#include <torch/torch.h>
#include <unistd.h>
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "digits.h"
#include "support/axis.h"
#include "support/command_line.h"
#include "support/image.h"
#include "support/numbers.h"
#include "support/panel.h"
#include "support/progress.h"
#include "vae.h"

namespace {

namespace dist = torch::distributions;
namespace fs = std::filesystem;
namespace nn = torch::nn;
using example::Axis;
using example::Colour;
using example::Digits;
using example::Image;
using example::numbers;
using example::Panel;
using torch::Tensor;

struct Options : example::CommonOptions {
  int64_t processes = 4;
  int64_t epochs = 40;
  int64_t batch_size = 64;
  double learning_rate = 1e-3;
  std::string data = EXAMPLE_DATA_DIR "/digits.csv";
  std::string output = "data_parallel.png";
};

// ---- One of the processes -----------------------------------------------------------------------

/// The processes that train a model, as seen by one of them.
struct Group {
  /// Waits for the others. `meeting` is a file that all of them name.
  Group(const fs::path& meeting, int64_t rank_of_this, int64_t number)
      : rank(rank_of_this), size(number) {
    using c10d::ProcessGroupGloo;
    const auto options = ProcessGroupGloo::Options::create_default();
    options->devices = {ProcessGroupGloo::createDeviceForHostname("127.0.0.1")};
    const auto store =
        c10::make_intrusive<c10d::FileStore>(meeting.string(), static_cast<int>(size));
    gloo = c10::make_intrusive<ProcessGroupGloo>(store, static_cast<int>(rank),
                                                 static_cast<int>(size), options);
  }

  /// Replaces each tensor by its mean over the processes.
  void average(const std::vector<Tensor>& tensors) const {
    // One message is faster than many.
    const Tensor shares = nn::utils::parameters_to_vector(tensors) / size;
    std::vector<Tensor> sum{shares.to(torch::kCPU)};
    gloo->allreduce(sum)->wait();
    nn::utils::vector_to_parameters(sum[0].to(shares.device()), tensors);
  }

  int64_t rank, size;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
};

/// Trains the model together with the other processes. Returns the loss of each batch and the norm of
/// its gradient, [2, epochs, batches]. Losses alone would not show a gradient of the wrong scale, which
/// makes no difference to Adam.
Tensor train(const Group& group, const Options& options) {
  torch::set_num_threads(1);
  torch::manual_seed(static_cast<uint64_t>(options.seed));  // the same digits and parameters
  const Tensor images = Digits::load(options.data, options.device).images;
  example::Vae vae;
  vae->to(options.device);
  vae->eval();  // without dropout: LibTorch's takes no generator
  torch::optim::Adam optimizer(vae->parameters(), options.learning_rate);

  const dist::Philox random(static_cast<uint64_t>(options.seed));
  const dist::Philox orders = random.split(0);  // the same in each process
  const dist::Philox noise = random.shard(group.rank, group.size);

  const int64_t batches = images.size(0) / options.batch_size;
  const std::string name =
      std::to_string(group.size) + (group.size == 1 ? " process" : " processes");
  std::optional<example::Progress> progress;
  if (group.rank == 0) progress.emplace(name + ", epoch", options.epochs);
  std::vector<Tensor> losses, norms;
  for (int64_t epoch = 1; epoch <= options.epochs; ++epoch) {
    const Tensor order = torch::randperm(images.size(0), orders).to(images.device());
    const Tensor rows = order.narrow(0, 0, batches * options.batch_size)
                            .view({batches, group.size, -1})
                            .select(1, group.rank);
    for (const Tensor& own : rows.unbind()) {
      const Tensor loss = -vae->elbo(images.index_select(0, own), noise).mean();
      optimizer.zero_grad();
      loss.backward();
      std::vector<Tensor> means = {loss.detach()};
      for (const Tensor& parameter : vae->parameters()) means.push_back(parameter.grad());
      group.average(means);
      optimizer.step();
      losses.push_back(means[0]);
      means.erase(means.begin());
      norms.push_back(nn::utils::parameters_to_vector(means).norm());
    }
    if (progress) {
      const Tensor mean = torch::stack(losses).narrow(0, -batches, batches).mean();
      progress->update(epoch, "loss " + example::fixed(mean.item<double>(), 4));
    }
  }
  losses.insert(losses.end(), norms.begin(), norms.end());
  return torch::stack(losses).view({2, options.epochs, batches}).cpu();
}

// ---- The program that starts them ---------------------------------------------------------------

/// A new folder, which is removed at the end.
struct TemporaryFolder {
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "data_parallel_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), name);
    }
    path = name;
  }
  ~TemporaryFolder() { fs::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  fs::path path;
};

/// Processes that this one starts. Those that still run at the end are killed.
class Processes {
 public:
  Processes() = default;
  ~Processes() {
    for (const pid_t each : running_) kill(each, SIGKILL);
    for (const pid_t each : running_) waitpid(each, nullptr, 0);
  }
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  /// Starts a process that runs `body`, whose result is its exit status.
  void start(const std::function<int()>& body) {
    const pid_t process = fork();
    if (process < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (process == 0) std::exit(example::run(body));
    running_.push_back(process);
  }

  /// Waits until all are done. Throws as soon as one fails, for which the others would wait.
  void wait() {
    while (!running_.empty()) {
      int status = 0;
      const pid_t process = waitpid(-1, &status, 0);
      if (process < 0) throw std::system_error(errno, std::generic_category(), "waitpid");
      std::erase(running_, process);
      if (status != 0) throw std::runtime_error("a process has failed");
    }
  }

 private:
  std::vector<pid_t> running_;
};

/// Trains by so many processes. Returns what `train` does.
Tensor train_by(int64_t processes, const Options& options) {
  if (options.batch_size % processes != 0) {
    throw std::invalid_argument("a batch has no " + std::to_string(processes) + " equal parts");
  }
  const TemporaryFolder folder;
  const fs::path meeting = folder.path / "meeting", result = folder.path / "result";
  Processes started;
  for (int64_t rank = 0; rank < processes; ++rank) {
    started.start([&] {
      const Tensor curves = train(Group(meeting, rank, processes), options);
      if (rank == 0) torch::save(curves, result.string());
      return 0;
    });
  }
  started.wait();
  Tensor curves;
  torch::load(curves, result.string());
  return curves.to(torch::kDouble);
}

/// The largest difference that is taken for rounding.
constexpr double kLargestDifference = 1e-5;

/// The losses of a number of processes, and the norms of their gradients.
struct Run {
  int64_t processes;
  Tensor losses, norms;
};

/// The largest relative difference in each epoch.
Tensor difference(const Tensor& a, const Tensor& b) { return (a / b - 1).abs().amax(1); }

void draw(const std::vector<Run>& runs, const std::string& path) {
  constexpr Colour kColours[] = {example::colour(0xf0b27a), example::colour(0x5b9bd5),
                                 example::kBlack};
  constexpr double kWidths[] = {14, 7, 2};
  const Run& alone = runs.front();
  const std::vector<double> epochs = numbers(torch::arange(1, alone.losses.size(0) + 1));
  const std::vector<double> means = numbers(alone.losses.mean(1));
  const Axis time = Axis::of(0, epochs.back());
  Image image(1560, 660);
  const Panel curves(image, {.left = 90, .top = 90, .right = 740, .bottom = 590}, time,
                     Axis::around(means.back(), means.front()));
  const Panel differences(image, {.left = 880, .top = 90, .right = 1530, .bottom = 590}, time,
                          Axis::of(-8, std::log10(kLargestDifference), 3));
  for (size_t i = 0; i < runs.size(); ++i) {
    const Colour colour = kColours[i % std::size(kColours)];
    const double width = kWidths[i % std::size(kWidths)];
    curves.curve(epochs, numbers(runs[i].losses.mean(1)), width, colour);
    const double y = 130 + 34 * static_cast<double>(i);
    image.lines({{{540, y}, {580, y}}}, width, colour);
    image.text({.x = 595, .y = y + 6}, std::to_string(runs[i].processes), {.size = 18});
    if (i > 0) {
      const Tensor changes = difference(runs[i].losses, alone.losses).clamp_min(1e-9);
      differences.curve(epochs, numbers(changes.log10()), 2.5, colour);
    }
  }
  image.text({.x = 540, .y = 106}, "processes", {.size = 18, .colour = example::grey(90)});
  curves.draw_axes({.title = "Loss", .x = "epoch", .y = "mean of an epoch, nats a digit"});
  differences.draw_axes({.title = "Relative difference from one process",
                         .x = "epoch",
                         .y = "log10 of the largest of an epoch"});
  image.write_png(path);
}

int run(Options options) {
  if (options.processes < 1) throw std::invalid_argument("--processes must be positive");
  if (options.brief) {
    options.processes = 2;
    options.epochs = 3;
  }
  std::vector<Run> runs;
  for (int64_t n = 1; n <= options.processes; n *= 2) {
    const Tensor curves = train_by(n, options);
    runs.push_back({n, curves[0], curves[1]});
  }
  const Run& alone = runs.front();
  for (const Run& run : runs) {
    const double of_losses = difference(run.losses, alone.losses).max().item<double>();
    const double of_norms = difference(run.norms, alone.norms).max().item<double>();
    std::cout << run.processes << (run.processes == 1 ? " process:   " : " processes: ") << "loss "
              << example::fixed(run.losses[0].mean().item<double>(), 4) << " in the first epoch, "
              << example::fixed(run.losses[-1].mean().item<double>(), 4)
              << " in the last; largest relative difference " << of_losses << ", of gradients "
              << of_norms << '\n';
    if (!(of_losses < kLargestDifference && of_norms < kLargestDifference)) {
      throw std::runtime_error("the training depends on the number of processes");
    }
  }
  draw(runs, options.output);
  std::cout << "wrote " << fs::absolute(options.output).string() << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return example::run([=] {
    Options options;
    example::CommandLine line("Trains a variational autoencoder by 1, 2, 4 ... processes.");
    options.add_to(line);
    line.add("processes", options.processes, "the largest number of processes");
    line.add("epochs", options.epochs, "passes over the digits");
    line.add("batch-size", options.batch_size, "digits in a step of all processes");
    line.add("learning-rate", options.learning_rate, "of Adam");
    line.add("data", options.data, "the digits: 64 ink counts and a label a line");
    line.add("output", options.output, "the picture to write (PNG)");
    return line.parse(argc, argv) ? run(options) : 0;
  });
}
