// Runs the experiments of many seeds and prints each failure with its program.
//
//   random_calls [--seed FIRST] [--count COUNT | --seconds SECONDS] [--check NAME]
//
// Experiments run in a child process, so that a crash or a hang is a failure like any other: then
// the parent starts another child at the next seed.

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>
#include <string>

#include "random_calls/experiment.h"
#include "random_calls/values.h"

namespace torch::distributions::random_calls {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  uint64_t seed = 1;
  uint64_t count = std::numeric_limits<uint64_t>::max();
  double seconds = std::numeric_limits<double>::infinity();
  std::string check;  // if not empty, the only check to run
};

/// Memory that both processes share.
struct Progress {
  uint64_t next;      // the seed that runs or is to run next
  uint64_t failures;  // checks that failed
  char doing[1 << 14];
};

/// Seconds of processor time after which an experiment counts as hanging.
constexpr time_t kHang = 60;

/// Ends this process by SIGPROF after so many seconds of its processor time, whatever the load of
/// the machine.
void set_limit(time_t seconds) {
  const itimerval limit{{0, 0}, {seconds, 0}};
  setitimer(ITIMER_PROF, &limit, nullptr);
}

void report(uint64_t seed, const std::string& check, const std::string& what,
            const std::string& program) {
  std::cout << "seed " << seed << ": " << check << "\n  " << what << "\n  of " << program << "\n"
            << std::flush;
}

void run(uint64_t seed, const Options& options, Progress& progress) {
  const auto doing = [&](const std::string& check, const std::string& program) {
    std::strncpy(progress.doing, (check + "\n  of " + program).c_str(), sizeof progress.doing - 1);
  };
  doing("generating", "");
  const Experiment all = experiment(seed);
  for (const Check& check : all.checks) {
    doing(check.name, all.program);
    std::string what;
    try {
      check.run();
      continue;
    } catch (const c10::Error& error) {
      what = std::string("it raises ") + error.what_without_backtrace();
    } catch (const std::exception& error) {
      what = error.what();
    }
    if (!options.check.empty() && options.check != check.name) continue;
    ++progress.failures;
    report(seed, check.name, what, all.program);
  }
}

/// Runs experiments in the child, from `progress.next` on.
void run_all(const Options& options, Clock::time_point end, Progress& progress) {
  at::set_num_threads(1);
  for (; progress.next - options.seed < options.count && Clock::now() < end; ++progress.next) {
    set_limit(kHang);
    run(progress.next, options, progress);
  }
  set_limit(0);
  std::strcpy(progress.doing, "the end, where a sanitizer may find leaks");
}

int main(const Options& options) {
  auto& progress = *static_cast<Progress*>(
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  progress.next = options.seed;
  const auto end = options.seconds < 1e9
                       ? Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                            std::chrono::duration<double>(options.seconds))
                       : Clock::time_point::max();
  for (;;) {
    const pid_t child = fork();
    if (child == 0) {
      run_all(options, end, progress);
      std::exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
    ++progress.failures;
    report(progress.next,
           WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF ? "it did not return"
           : WIFSIGNALED(status)
               ? std::string("it crashed by signal ") + strsignal(WTERMSIG(status))
               : "it ended with status " + std::to_string(WEXITSTATUS(status)),
           "in", progress.doing);
    ++progress.next;
  }
  if (progress.failures != 0) std::cout << kLegend << '\n';
  std::cout << progress.next - options.seed << " programs from seed " << options.seed << ", "
            << progress.failures << " failures\n";
  return progress.failures != 0;
}

}  // namespace
}  // namespace torch::distributions::random_calls

int main(int argc, char** argv) {
  torch::distributions::random_calls::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--seed")
      options.seed = std::stoull(value);
    else if (name == "--count")
      options.count = std::stoull(value);
    else if (name == "--seconds")
      options.seconds = std::stod(value);
    else if (name == "--check")
      options.check = value;
    else
      return std::cerr << "unknown option " << name << "\n", 2;
  }
  return torch::distributions::random_calls::main(options);
}
