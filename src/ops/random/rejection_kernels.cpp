#define TORCH_DISTRIBUTIONS_REPRODUCIBLE

#include "ops/random/rejection_kernels.h"

#include "ops/random/binomial.h"
#include "ops/random/blocks.h"
#include "ops/random/gamma.h"
#include "ops/random/poisson.h"
#include "ops/random/student_t.h"
#include "ops/random/von_mises.h"

namespace torch::distributions::ops::random {
namespace {

template <class T>
using Buffer = std::array<T, kRoom>;

/// Stores f(i) of each register i, ... of elements, within the limits of the task.
template <class T, class F>
[[gnu::always_inline]] inline void store_each(const Task<T>& task, int count, T* to, const F& f) {
  const double least = task.least, most = task.most;
  int i = 0;
  for (; i + kLanes<T> <= count; i += kLanes<T>) special::clamp(f(i), least, most).store(to + i);
  if (i < count) engine::store_part(special::clamp(f(i), least, most), to + i, count - i);
}

/// Draws of Gamma(a, 1) in two factors.
/// \tparam Sampler `Gamma`, or another one that calculates `a` from its parameter.
template <class T, class Sampler = Gamma>
class Gammas {
 public:
  explicit Gammas(const Operand<T>& parameter) : operand_(parameter), parameters_(&parameter) {}

  /// Draws elements, of which the first is element `first` of the concentrations.
  /// \param attempt The first. Two draws of the same elements have different attempts.
  [[gnu::noinline]] void draw(const Elements& elements, std::int64_t first,
                              std::uint32_t attempt = 0) {
    parameters_.load(&operand_, first, elements.count);
    with_functions<Sampler>(parameters_, [&](const auto& proposal_of, const auto& test_of) {
      rejection_.draw(elements, attempt, proposal_of, test_of, {cubes_.data(), boosts_.data()});
    });
  }

  /// \returns whether there is a boost that is not 0.
  bool copy(int count, T* cubes, T* boosts) const {
    bool are_boosted = false;
    for (int i = 0; i < count; ++i) {
      cubes[i] = cubes_[i];
      boosts[i] = boosts_[i];
      are_boosted |= boosts[i] < 0;
    }
    return are_boosted;
  }
  Lanes<T> parameter(int i) const {
    return parameters_.apply([](const Lanes<T>& x) { return x; }, Run{i, kLanes<T>});
  }
  Lanes<T> cube(int i) const { return Lanes<T>::load(cubes_.data() + i); }
  Lanes<T> boost(int i) const { return Lanes<T>::load(boosts_.data() + i); }

 private:
  Operand<T> operand_;
  Parameters<T, 1> parameters_;
  Rejection<Sampler, T> rejection_;
  alignas(64) Buffer<T> cubes_, boosts_;
};

template <class T>
[[gnu::always_inline]] inline Lanes<T> power(const Lanes<T>& boost) {
  return branch(
      boost < 0.0, [&] { return exp(boost * Gamma::kUnit<T>); }, [] { return Lanes<T>(1.0); });
}

/// Fills with f(cube, boost) of the draws of Gamma(a, 1).
template <class T, class F>
[[gnu::always_inline]] inline void fill_of_gamma(const Task<T>& task, const F& f) {
  Gammas<T> gammas(task.parameters[0]);
  for_each_part(task, [&](const Elements& elements, std::int64_t i) {
    gammas.draw(elements, task.first + i);
    store_each(task, elements.count, task.to + i,
               [&](int j) { return f(gammas.cube(j), gammas.boost(j)); });
  });
}

template <class T>
void fill_gamma(const Task<T>& task) {
  fill_of_gamma(task,
                [](const Lanes<T>& cube, const Lanes<T>& boost) { return cube * power(boost); });
}

template <class T>
void fill_log_gamma(const Task<T>& task) {
  fill_of_gamma(task, [](const Lanes<T>& cube, const Lanes<T>& boost) {
    return log(cube) + boost * Gamma::kUnit<T>;
  });
}

template <class T>
void fill_inverse_gamma(const Task<T>& task) {
  Gammas<T> gammas(task.parameters[0]);
  Parameters<T, 1> rates(&task.parameters[1]);
  for_each_part(task, [&](const Elements& elements, std::int64_t i) {
    gammas.draw(elements, task.first + i);
    rates.load(&task.parameters[1], task.first + i, elements.count);
    store_each(task, elements.count, task.to + i, [&](int j) {
      const auto over_cube = [&](const Lanes<T>& rate) { return rate / gammas.cube(j); };
      const Lanes<T> ratio = rates.apply(over_cube, Run{j, kLanes<T>}), boost = gammas.boost(j);
      const Lanes<T> x = branch(
          boost < 0.0,
          [&] {
            const Lanes<T> root = exp(boost * (-0.5 * Gamma::kUnit<T>));
            return (ratio * root) * root;
          },
          [&] { return ratio; });
      return select(gammas.parameter(j) == kInfinity, 0.0, x);
    });
  });
}

/// The concentration of a variable of Chi2(df): df / 2, which does not underflow.
struct ChiSquared : Gamma {
  template <class T>
  static constexpr Lanes<T> concentration(const Lanes<T>& df) {
    constexpr double kLeast{std::numeric_limits<T>::denorm_min()};
    return select(df == kLeast, df, 0.5 * df);
  }
  template <class T>
  static constexpr auto proposal(const Lanes<T>& df) {
    return Gamma::proposal(concentration(df));
  }
  template <class T>
  static constexpr auto test(const Lanes<T>& df) {
    return Gamma::test(concentration(df));
  }
};

/// (X / a) / (Y / b) for draws X of Gamma(a, 1) and Y of Gamma(b, 1).
template <class T>
void fill_fisher_snedecor(const Task<T>& task) {
  Gammas<T, ChiSquared> x(task.parameters[0]), y(task.parameters[1]);
  for_each_part(task, [&](const Elements& elements, std::int64_t i) {
    x.draw(elements, task.first + i);
    y.draw({task.other, elements.first, elements.count}, task.first + i);
    store_each(task, elements.count, task.to + i, [&](int j) {
      const Lanes<T> a = ChiSquared::concentration(x.parameter(j));
      const Lanes<T> b = ChiSquared::concentration(y.parameter(j));
      const Lanes<T> ratio = (x.cube(j) / a) / (y.cube(j) / b), boost = x.boost(j) - y.boost(j);
      return branch(
          boost != 0.0,
          [&] {
            const Lanes<T> root = exp(boost * (0.5 * Gamma::kUnit<T>));
            // A ratio overflows or underflows only if the root does.
            const Mask<T> is_far = root == 0.0 || root == kInfinity;
            return select(is_far && ratio >= 0.0, root, (ratio * root) * root);
          },
          [&] { return ratio; });
    });
  });
}

/// The places at, at + 1, ... of an array with `count` elements. Some may lie outside.
struct Within {
  std::int64_t at;
  int count;

  template <class T>
  [[gnu::always_inline]] Lanes<T> load(const T* from) const {
    return load_within<Lanes<T>>(from, at, count);
  }
};

/// Pairs of numbers in a block.
template <class T>
inline constexpr std::size_t kPairs = kNumbers<T> / 2;

/// Fills with numbers that are made of two numbers with random bits each.
/// \param of `of(parameters...)` is a function of the bits.
template <std::size_t n, class T, class F>
[[gnu::always_inline]] inline void fill_by_pairs(const Task<T>& task, const F& of) {
  Parameters<T, n> parameters(task.parameters);
  const auto run = [&](const auto& of_place) {
    for (std::int64_t i = 0; i < task.count;) {
      const std::uint64_t number = task.shift + static_cast<std::uint64_t>(task.first + i);
      // A part ends where a group of blocks ends.
      const auto count = static_cast<int>(std::min<std::int64_t>(
          task.count - i, kMost - static_cast<std::int64_t>(number % kMost)));
      parameters.load(task.parameters, task.first + i, count);
      fill_by_blocks<kPairs<T>, Lanes<T>>(
          number, count, task.to + i,
          [ of_place, count, draw = task.draw, least = task.least, most = task.most ](
              std::uint64_t block_number, std::int64_t at) __attribute__((always_inline)) {
            const Block<T> block = blocks_from<T>(draw, block_number);
            std::array<Lanes<T>, kPairs<T>> numbers;
            for (int j = 0; j < static_cast<int>(kPairs<T>); ++j) {
              const Lanes<T> x = of_place(Within{at + j * kStride, count})(
                  bits_of<T>(block, 2 * j), bits_of<T>(block, 2 * j + 1));
              numbers[static_cast<std::size_t>(j)] = special::clamp(x, least, most);
            }
            return numbers;
          });
      i += count;
    }
  };
  if (parameters.are_shared()) {
    run([shared = parameters.apply(of, Run{0, kMost})](const Within&) { return shared; });
  } else {
    run([&](const Within& where) { return parameters.apply(of, where); });
  }
}

template <class T>
void fill_student_t(const Task<T>& task) {
  fill_by_pairs<3>(task, [](const Lanes<T>& df, const Lanes<T>& loc, const Lanes<T>& scale) {
    return [loc, scale, draw = StudentT::draw(df)](const auto&... bits) {
      return StudentT::moved(draw(bits...), loc, scale);
    };
  });
}

template <class T>
void fill_log_student_t(const Task<T>& task) {
  fill_by_pairs<1>(task, [](const Lanes<T>& df) {
    return
        [draw = StudentT::draw(df)](const auto&... bits) { return StudentT::log(draw(bits...)); };
  });
}

/// X / (X + Y) = 1 / (1 + Y / X) for draws X and Y of Gamma.
template <class T>
void fill_beta(const Task<T>& task) {
  constexpr std::uint32_t kOther = 1u << 14;  // attempts, of which each takes up to two numbers
  Gammas<T> a(task.parameters[0]), b(task.parameters[1]);
  for_each_part(task, [&](const Elements& elements, std::int64_t i) {
    a.draw(elements, task.first + i);
    b.draw(elements, task.first + i, kOther);
    store_each(task, elements.count, task.to + i, [&](int j) {
      const Lanes<T> boost = b.boost(j) - a.boost(j), ratio = b.cube(j) / a.cube(j);
      const Lanes<T> odds = branch(
          boost != 0.0, [&] { return ratio * exp(boost * Gamma::kUnit<T>); },
          [&] { return ratio; });
      // Close to 1, rounding odds + 1 would lose half of the numbers.
      const Lanes<T> share = 1.0 / (odds + 1.0);
      return select(odds < 1.0, 1.0 - odds * share, share);
    });
  });
}

/// The sum of numbers, in an order that does not depend on the instruction set.
template <class T>
double sum_of(std::int64_t count, const T* numbers) {
  constexpr std::int64_t kSums = 4;
  double sums[kSums] = {};
  std::int64_t i = 0;
  for (; i + kSums <= count; i += kSums) {
    for (std::int64_t j = 0; j < kSums; ++j) sums[j] += double{numbers[i + j]};
  }
  for (std::int64_t j = 0; i + j < count; ++j) sums[j] += double{numbers[i + j]};
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// Divides a vector by its sum, within the limits of the task. A single element is 1.
template <class T>
void normalize(const Task<T>& task, T* numbers) {
  const std::int64_t count = task.columns;
  double sum = sum_of(count, numbers);
  if (sum == kInfinity) {
    for (std::int64_t i = 0; i < count; ++i) numbers[i] *= T(0x1p-64);
    sum = sum_of(count, numbers);
  }
  const double least = task.least, most = count == 1 ? 1.0 : task.most;
  const auto divide = [&](double divisor) {
    for (std::int64_t i = 0; i < count; ++i) {
      const double x = double{numbers[i]} / divisor;
      numbers[i] = static_cast<T>(x < least ? least : x > most ? most : x);
    }
  };
  divide(sum);
  // Many elements of a least number that is not tiny increase the sum.
  if (least * static_cast<double>(count) > 0x1p-24) divide(sum_of(count, numbers));
}

/// Multiplies draws by the powers of their boosts. The largest boost of each vector cancels, so that
/// some element is not 0.
template <class T>
void scale(const Task<T>& vectors, T* boosts) {
  for (std::int64_t i = 0; i < vectors.count; i += vectors.columns) {
    T* const first = boosts + i;
    T largest = *first;
    for (std::int64_t j = 1; j < vectors.columns; ++j)
      largest = largest < first[j] ? first[j] : largest;
    for (std::int64_t j = 0; j < vectors.columns; ++j) first[j] -= largest;
  }
  for (std::int64_t i = 0; i < vectors.count; i += kLanes<T>) {
    const std::int64_t left = vectors.count - i;
    T* const to = vectors.to + i;
    if (left >= kLanes<T>) {
      (Lanes<T>::load(to) * power(Lanes<T>::load(boosts + i))).store(to);
    } else {
      engine::store_part(
          Lanes<T>::load_part(to, left) * power(Lanes<T>::load_part(boosts + i, left)), to, left);
    }
  }
}

/// An array. Unlike those of std::unique_ptr, its functions are local to an instruction set.
template <class T>
class Memory {
 public:
  explicit Memory(std::int64_t size) : data_(new T[static_cast<std::size_t>(size)]) {}
  ~Memory() { delete[] data_; }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  T* get() const { return data_; }

 private:
  T* data_;
};

/// Draws of Gamma(a, 1), divided by the sum of each vector. Vectors of more than `kMost` elements are
/// drawn in parts, and need a temporary for their boosts.
template <class T>
void fill_dirichlet(const Task<T>& task) {
  Gammas<T> gammas(task.parameters[0]);
  const std::int64_t most = std::max<std::int64_t>(kMost / task.columns, 1) * task.columns;
  const Memory<T> boosts(std::min(most, task.count));
  for (std::int64_t done = 0; done < task.count; done += most) {
    Task<T> vectors = task;
    vectors.first += done;
    vectors.to += done;
    vectors.count = std::min(most, task.count - done);
    bool are_boosted = false;
    for_each_part(vectors, [&](const Elements& elements, std::int64_t i) {
      gammas.draw(elements, vectors.first + i);
      are_boosted |= gammas.copy(elements.count, vectors.to + i, boosts.get() + i);
    });
    if (are_boosted) scale(vectors, boosts.get());
    for (std::int64_t i = 0; i < vectors.count; i += task.columns) {
      normalize(task, vectors.to + i);
    }
  }
}

template <class T>
void fill_von_mises(const Task<T>& task) {
  Parameters<T, 1> parameters(task.parameters);
  Rejection<VonMises, T> rejection;
  alignas(64) Buffer<T> x, y;
  for_each_part(task, [&](const Elements& elements, std::int64_t i) {
    parameters.load(task.parameters, task.first + i, elements.count);
    with_functions<VonMises>(parameters, [&](const auto& proposal_of, const auto& test_of) {
      rejection.draw(elements, 0, proposal_of, test_of, {x.data(), y.data()});
    });
    store_each(task, elements.count, task.to + i, [&](int j) {
      return VonMises::angle(Lanes<T>::load(&x[j]), Lanes<T>::load(&y[j]));
    });
  });
}

template <class Law, class T>
void fill_counts(const Task<T>& task) {
  Counts<Law> law(task.parameters, task.count);
  if (law.are_tabulated()) return law.invert(task);
  for_each_part(task, [&](const Elements& elements, std::int64_t i) {
    law.draw(elements, task.parameters, task.first + i);
    for (int j = 0; j < elements.count; ++j) {
      const double k = law.counts()[j];
      task.to[i + j] = static_cast<T>(k > task.most ? task.most : k);
    }
  });
}

template <class T>
constexpr RejectionKernels<T> kKernels{.gamma = fill_gamma<T>,
                                       .log_gamma = fill_log_gamma<T>,
                                       .inverse_gamma = fill_inverse_gamma<T>,
                                       .beta = fill_beta<T>,
                                       .fisher_snedecor = fill_fisher_snedecor<T>,
                                       .student_t = fill_student_t<T>,
                                       .log_student_t = fill_log_student_t<T>,
                                       .dirichlet = fill_dirichlet<T>,
                                       .poisson = fill_counts<Poisson, T>,
                                       .binomial = fill_counts<Binomial, T>,
                                       .von_mises = fill_von_mises<T>};

}  // namespace

template <>
const RejectionKernels<float>& rejection_kernels_of<engine::isa::CPU_CAPABILITY, float>() {
  return kKernels<float>;
}
template <>
const RejectionKernels<double>& rejection_kernels_of<engine::isa::CPU_CAPABILITY, double>() {
  return kKernels<double>;
}

}  // namespace torch::distributions::ops::random
