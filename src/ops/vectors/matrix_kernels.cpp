#include "ops/vectors/matrix_kernels.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "ops/engine/elementary.h"
#include "ops/special/constants.h"
#include "ops/vectors/block.h"

namespace torch::distributions::ops::engine {
namespace {

using Numbers = Lanes<double>;

// --- Small matrices -----------------------------------------------------------------------------

/// A matrix in each lane.
template <std::size_t rows, std::size_t columns = rows>
using Matrix = std::array<std::array<Numbers, columns>, rows>;

template <std::size_t rows, std::size_t columns, class T>
Matrix<rows, columns> loaded(Block<double>& block, const T* from, int64_t count, int64_t stride) {
  block.load(from, count, stride);
  Matrix<rows, columns> result;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < columns; ++k)
      result[i][k] = block[static_cast<int64_t>(i * columns + k)];
  }
  return result;
}

template <std::size_t rows, std::size_t columns, class T>
void store(const Matrix<rows, columns>& matrix, Block<double>& block, T* to, int64_t count) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < columns; ++k)
      block.set(static_cast<int64_t>(i * columns + k), matrix[i][k]);
  }
  block.store(to, count);
}

/// Replaces M by L^-1 M.
template <std::size_t n, std::size_t columns>
void solve(const Matrix<n>& l, Matrix<n, columns>& m) {
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t k = 0; k < i; ++k) m[i][c] = multiply_add(-l[i][k], m[k][c], m[i][c]);
      m[i][c] = m[i][c] / l[i][i];
    }
  }
}

/// Replaces M by L^-T M.
template <std::size_t n, std::size_t columns>
void solve_transposed(const Matrix<n>& l, Matrix<n, columns>& m) {
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t k = i + 1; k < n; ++k) m[i][c] = multiply_add(-l[k][i], m[k][c], m[i][c]);
      m[i][c] = m[i][c] / l[i][i];
    }
  }
}

/// Replaces M by M L^-1.
template <std::size_t n>
void solve_from_the_right(const Matrix<n>& l, Matrix<n>& m) {
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = n; j-- > 0;) {
      for (std::size_t k = j + 1; k < n; ++k) m[i][j] = multiply_add(-m[i][k], l[k][j], m[i][j]);
      m[i][j] = m[i][j] / l[j][j];
    }
  }
}

/// The gradient of L in Y = L^-1 M is the lower triangle of -(the gradient of M) Y^T.
template <std::size_t n, std::size_t columns>
Matrix<n> gradient_of_factor(const Matrix<n, columns>& of_m, const Matrix<n, columns>& y) {
  Matrix<n> result;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      Numbers sum(0.0);
      for (std::size_t c = 0; j <= i && c < columns; ++c)
        sum = multiply_add(of_m[i][c], y[j][c], sum);
      result[i][j] = 0.0 - sum;
    }
  }
  return result;
}

/// Replaces X by the lower Cholesky factor of its symmetric part.
/// \returns where there is one, and it is finite.
template <std::size_t n>
Mask<double> factorize(Matrix<n>& x) {
  Mask<double> exists = x[0][0] == x[0][0];
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      Numbers rest = 0.5 * x[i][j] + 0.5 * x[j][i];
      for (std::size_t k = 0; k < j; ++k) rest = multiply_add(-x[i][k], x[j][k], rest);
      if (i == j) {
        exists = exists & (rest > 0.0) & (rest < kInfinity);
        rest = sqrt(rest);
      } else {
        rest = rest / x[j][j];
      }
      x[i][j] = rest;
    }
    // The columns above the diagonal are read only as mirror images of entries that are done.
    for (std::size_t i = 0; i < j; ++i) x[i][j] = Numbers(0.0);
  }
  return exists;
}

template <std::size_t n, class T>
void bartlett(const Bartlett& all) {
  constexpr auto size = static_cast<int64_t>(n), area = size * size;
  Block<double> of_factor(area), of_matrix(area), of_squares(size + 1);
  for (int64_t at = 0; at < all.count; at += Numbers::kCount) {
    const int64_t count = std::min(Numbers::kCount, all.count - at);
    const auto l =
        loaded<n, n>(of_factor, all.factors + at * all.factor_stride, count, all.factor_stride);
    auto b = loaded<n, n>(of_matrix, static_cast<const T*>(all.matrices) + at * area, count, area);
    const Mask<double> exists = factorize(b);
    if (!exists.all()) *all.all_exist = false;
    solve(l, b);
    Numbers below(0.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < i; ++k) below = multiply_add(b[i][k], b[i][k], below);
      of_squares.set(static_cast<int64_t>(i), square(b[i][i]));
    }
    of_squares.set(size, below);
    of_squares.store(all.squares + at * (size + 1), count);
  }
}

// With the factor R of X and B = L^-1 R, the gradients of R and L follow from that of B, and that of
// X is the symmetric part of R^-T P R^-1, where P is the lower triangle of R^T (gradient of R) with
// half of its diagonal.
template <std::size_t n, class T>
void bartlett_backward(const Bartlett& all) {
  constexpr auto size = static_cast<int64_t>(n), area = size * size;
  Block<double> of_factor(area), of_matrix(area), of_squares(size + 1);
  for (int64_t at = 0; at < all.count; at += Numbers::kCount) {
    const int64_t count = std::min(Numbers::kCount, all.count - at);
    const auto l =
        loaded<n, n>(of_factor, all.factors + at * all.factor_stride, count, all.factor_stride);
    auto r = loaded<n, n>(of_matrix, static_cast<const T*>(all.matrices) + at * area, count, area);
    factorize(r);
    auto b = r;
    solve(l, b);
    of_squares.load(all.squares + at * (size + 1), count);
    Matrix<n> of_r;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < n; ++k)
        of_r[i][k] = 2.0 * b[i][k] * of_squares[i == k ? static_cast<int64_t>(i) : size];
    }
    solve_transposed(l, of_r);
    if (all.of_factors != nullptr)
      store(gradient_of_factor(of_r, b), of_factor, all.of_factors + at * area, count);
    if (all.of_matrices == nullptr) continue;
    Matrix<n> p;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        Numbers sum(0.0);
        for (std::size_t k = i; j <= i && k < n; ++k) sum = multiply_add(r[k][i], of_r[k][j], sum);
        p[i][j] = i == j ? 0.5 * sum : sum;
      }
    }
    solve_transposed(r, p);
    solve_from_the_right(r, p);
    Matrix<n> of_x;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) of_x[i][j] = 0.5 * (p[i][j] + p[j][i]);
    }
    store(of_x, of_matrix, static_cast<T*>(all.of_matrices) + at * area, count);
  }
}

template <std::size_t n, std::size_t columns, class T>
void solve_each(const Solve& all) {
  constexpr auto area = static_cast<int64_t>(n * n), of_m = static_cast<int64_t>(n * columns);
  Block<double> of_factor(area), of_matrix(of_m);
  for (int64_t at = 0; at < all.count; at += Numbers::kCount) {
    const int64_t count = std::min(Numbers::kCount, all.count - at);
    const auto l =
        loaded<n, n>(of_factor, static_cast<const T*>(all.factors) + at * area, count, area);
    auto m =
        loaded<n, columns>(of_matrix, static_cast<const T*>(all.matrices) + at * of_m, count, of_m);
    solve(l, m);
    store(m, of_matrix, static_cast<T*>(all.solutions) + at * of_m, count);
  }
}

template <std::size_t n, std::size_t columns, class T>
void solve_each_backward(const Solve& all) {
  constexpr auto area = static_cast<int64_t>(n * n), of_m = static_cast<int64_t>(n * columns);
  Block<double> of_factor(area), of_matrix(of_m);
  for (int64_t at = 0; at < all.count; at += Numbers::kCount) {
    const int64_t count = std::min(Numbers::kCount, all.count - at);
    const auto l =
        loaded<n, n>(of_factor, static_cast<const T*>(all.factors) + at * area, count, area);
    auto g = loaded<n, columns>(of_matrix, static_cast<const T*>(all.gradients) + at * of_m, count,
                                of_m);
    solve_transposed(l, g);
    if (all.of_matrices != nullptr)
      store(g, of_matrix, static_cast<T*>(all.of_matrices) + at * of_m, count);
    if (all.of_factors == nullptr) continue;
    auto y =
        loaded<n, columns>(of_matrix, static_cast<const T*>(all.matrices) + at * of_m, count, of_m);
    solve(l, y);
    store(gradient_of_factor(g, y), of_factor, static_cast<T*>(all.of_factors) + at * area, count);
  }
}

template <class Args, class Of>
void by_size(const Args& all, const Of& of) {
  switch (all.size) {
    case 1:
      return of.template operator()<1>();
    case 2:
      return of.template operator()<2>();
    case 3:
      return of.template operator()<3>();
    default:
      return of.template operator()<4>();
  }
}

template <class T>
void run_bartlett(const Bartlett& all) {
  by_size(all, [&]<std::size_t n>() { bartlett<n, T>(all); });
}
template <class T>
void run_bartlett_backward(const Bartlett& all) {
  by_size(all, [&]<std::size_t n>() { bartlett_backward<n, T>(all); });
}
template <class T>
void run_solve(const Solve& all) {
  by_size(all, [&]<std::size_t n>() {
    all.columns == 1 ? solve_each<n, 1, T>(all) : solve_each<n, n, T>(all);
  });
}
template <class T>
void run_solve_backward(const Solve& all) {
  by_size(all, [&]<std::size_t n>() {
    all.columns == 1 ? solve_each_backward<n, 1, T>(all) : solve_each_backward<n, n, T>(all);
  });
}

// --- Covariances of low rank --------------------------------------------------------------------

/// Loads each block of rows of W and d, and calls f(first row, rows of the block). In lanes without
/// a row, 1/d is 0.
template <class T, class F>
void for_each_block(const LowRank& covariance, Block<double>& w, const F& f) {
  const auto* const factor = static_cast<const T*>(covariance.factor);
  const auto* const specific = static_cast<const T*>(covariance.specific);
  for (int64_t row = 0; row < covariance.dims; row += Numbers::kCount) {
    const int64_t count = std::min(Numbers::kCount, covariance.dims - row);
    w.load(factor + row * covariance.rank, count);
    if (count == Numbers::kCount) {
      const auto d = Numbers::load(specific + row);
      f(row, count, d, 1.0 / d);
    } else {
      double inverse[Numbers::kCount] = {};
      for (int64_t i = 0; i < count; ++i) inverse[i] = 1.0 / static_cast<double>(specific[row + i]);
      f(row, count, Numbers::load_part(specific + row, count), Numbers::load(inverse));
    }
  }
}

/// Sums for the products of two columns, one of W and one of another matrix.
class Products {
 public:
  Products(int64_t rows, int64_t columns) : rows_(rows), columns_(columns) {
    std::fill_n(sums_, rows * columns, Numbers(0.0));
  }
  void add(int64_t row, int64_t column, const Numbers& a, const Numbers& b) {
    Numbers& sum = sums_[row * columns_ + column];
    sum = multiply_add(a, b, sum);
  }
  /// Adds the products of all columns with the earlier ones and themselves.
  void add_square(const Block<double>& columns, const Numbers& weights) {
    for (int64_t j = 0; j < rows_; ++j) {
      const Numbers weighted = columns[j] * weights;
      for (int64_t k = 0; k <= j; ++k) add(j, k, weighted, columns[k]);
    }
  }
  void store(double* to) const {
    for (int64_t i = 0; i < rows_ * columns_; ++i) to[i] = sums_[i].sum(Numbers::kCount);
  }

 private:
  int64_t rows_, columns_;
  Numbers sums_[kMostColumns * kMostColumns];
};

/// Solves systems with the factor C.
class Capacitance {
 public:
  explicit Capacitance(const LowRank& covariance)
      : rank_(covariance.rank), c_(covariance.capacitance) {
    for (int64_t j = 0; j < rank_; ++j) inverse_[j] = 1.0 / c_[j * rank_ + j];
  }

  /// Sets s = C^-1 w.
  /// \returns |s|^2.
  Numbers solve(const Block<double>& w, Block<double>& s) const {
    Numbers squares(0.0);
    for (int64_t j = 0; j < rank_; ++j) {
      Numbers rest = w[j];
      for (int64_t k = 0; k < j; ++k) rest = multiply_add(Numbers(-c_[j * rank_ + k]), s[k], rest);
      rest = rest * inverse_[j];
      s.set(j, rest);
      squares = multiply_add(rest, rest, squares);
    }
    return squares;
  }
  /// Replaces s by C^-T s.
  void solve_transposed(Block<double>& s) const {
    for (int64_t j = rank_; j-- > 0;) {
      Numbers rest = s[j];
      for (int64_t k = j + 1; k < rank_; ++k)
        rest = multiply_add(Numbers(-c_[k * rank_ + j]), s[k], rest);
      s.set(j, rest * inverse_[j]);
    }
  }

 private:
  int64_t rank_;
  const double* c_;
  double inverse_[kMostColumns];
};

template <class T>
double gram(const LowRank& covariance, double* product) {
  const int64_t rank = covariance.rank;
  Block<double> w(rank);
  Products products(rank, rank);
  double log_det = 0;
  for_each_block<T>(covariance, w,
                    [&](int64_t, int64_t count, const Numbers& d, const Numbers& inverse) {
                      products.add_square(w, inverse);
                      log_det += log(d).sum(count);
                    });
  products.store(product);
  return log_det;
}

template <class T>
void gram_again(const LowRank& covariance, double* product) {
  const int64_t rank = covariance.rank;
  const Capacitance capacitance(covariance);
  Block<double> w(rank), s(rank);
  Products products(rank, rank);
  for_each_block<T>(covariance, w, [&](int64_t, int64_t, const Numbers&, const Numbers& inverse) {
    capacitance.solve(w, s);
    products.add_square(s, inverse);
  });
  products.store(product);
}

// The lanes of a register hold columns of W, so that no block is transposed. Lanes beyond the last
// column read the next row, and do not count.
template <class T>
double weigh(const LowRank& covariance, const double* vector, double* product) {
  constexpr int64_t kCount = Numbers::kCount;
  const int64_t rank = covariance.rank, size = covariance.dims * rank;
  const auto* const factor = static_cast<const T*>(covariance.factor);
  const auto* const specific = static_cast<const T*>(covariance.specific);
  Numbers sums[kMostColumns];
  const int64_t registers = (rank + kCount - 1) / kCount;
  for (int64_t j = 0; j < registers; ++j) sums[j] = Numbers(0.0);
  double squares = 0;
  for (int64_t row = 0; row < covariance.dims; ++row) {
    const double weighted = vector[row] / static_cast<double>(specific[row]);
    squares += weighted * vector[row];
    for (int64_t j = 0; j < registers; ++j) {
      const int64_t at = row * rank + j * kCount;
      const auto w = at + kCount <= size ? Numbers::load(factor + at)
                                         : Numbers::load_part(factor + at, size - at);
      sums[j] = multiply_add(w, Numbers(weighted), sums[j]);
    }
  }
  for (int64_t j = 0; j < registers; ++j)
    store_part(sums[j], product + j * kCount, std::min(kCount, rank - j * kCount));
  return squares;
}

template <class T>
void project(const LowRank& covariance, const void* matrix, int64_t columns, double* product) {
  Block<double> w(covariance.rank), m(columns);
  Products products(covariance.rank, columns);
  for_each_block<T>(covariance, w,
                    [&](int64_t row, int64_t count, const Numbers&, const Numbers& inverse) {
                      m.load(static_cast<const T*>(matrix) + row * columns, count);
                      for (int64_t j = 0; j < covariance.rank; ++j) {
                        const Numbers weighted = w[j] * inverse;
                        for (int64_t k = 0; k < columns; ++k) products.add(j, k, weighted, m[k]);
                      }
                    });
  products.store(product);
}

template <class T>
double residual(const LowRank& covariance, const void* matrix, int64_t columns, const double* z,
                double* slope) {
  const int64_t rank = covariance.rank;
  Block<double> w(rank), m(columns);
  Products products(slope == nullptr ? 0 : rank, columns);
  Numbers squares(0.0);
  for_each_block<T>(covariance, w,
                    [&](int64_t row, int64_t count, const Numbers&, const Numbers& inverse) {
                      m.load(static_cast<const T*>(matrix) + row * columns, count);
                      for (int64_t k = 0; k < columns; ++k) {
                        Numbers u = m[k];
                        for (int64_t j = 0; j < rank; ++j)
                          u = multiply_add(w[j], Numbers(-z[j * columns + k]), u);
                        const Numbers solved = u * inverse;
                        squares = multiply_add(u, solved, squares);
                        for (int64_t j = 0; slope != nullptr && j < rank; ++j)
                          products.add(j, k, w[j], solved);
                      }
                    });
  if (slope != nullptr) products.store(slope);
  return squares.sum(Numbers::kCount);
}

/// The largest lane of all registers. NaN if any is.
class Largest {
 public:
  void add(const Numbers& x) { lanes_ = max(lanes_, x); }
  double value() const {
    double numbers[Numbers::kCount];
    lanes_.store(numbers);
    double largest = numbers[0];
    for (int64_t i = 1; i < Numbers::kCount; ++i) {
      const bool stays = largest >= numbers[i] || largest != largest;
      largest = stays ? largest : numbers[i];
    }
    return largest;
  }

 private:
  Numbers lanes_{0.0};
};

// With y = diag(d)^-1 (v - W z), the gradients of the log density in v, W and d are
//   -y,  y z^T - Sigma^-1 W  and  (y_i^2 - (Sigma^-1)_ii) / 2.
template <class T>
double gradients(const LowRank& covariance, const LowRankGradients& of) {
  const int64_t rank = covariance.rank;
  const Capacitance capacitance(covariance);
  Block<double> w(rank), s(rank);
  Largest share;
  for_each_block<T>(
      covariance, w, [&](int64_t row, int64_t count, const Numbers&, const Numbers& inverse) {
        const bool is_whole = count == Numbers::kCount;
        Numbers y =
            is_whole ? Numbers::load(of.vector + row) : Numbers::load_part(of.vector + row, count);
        for (int64_t j = 0; j < rank; ++j) y = multiply_add(w[j], Numbers(-of.z[j]), y);
        y = y * inverse;
        const auto put = [&](const Numbers& x, auto* to) {
          is_whole ? x.store(to + row) : store_part(x, to + row, count);
        };
        if (of.of_vector != nullptr) put(-of.gradient * y, of.of_vector);
        if (of.of_factor == nullptr && of.of_specific == nullptr) return;
        const Numbers of_factor = capacitance.solve(w, s) * inverse;
        share.add(of_factor);
        if (of.of_specific != nullptr) {
          put(0.5 * of.gradient * (square(y) - (1.0 - of_factor) * inverse),
              static_cast<T*>(of.of_specific));
        }
        if (of.of_factor == nullptr) return;
        capacitance.solve_transposed(s);
        for (int64_t j = 0; j < rank; ++j) s.set(j, of.gradient * (y * of.z[j] - s[j] * inverse));
        s.store(static_cast<T*>(of.of_factor) + row * rank, count);
      });
  return share.value();
}

template <class T>
double divergence(const LowRank& covariance, const void* other, double* largest_share) {
  const Capacitance capacitance(covariance);
  Block<double> w(covariance.rank), s(covariance.rank);
  Largest share;
  double sum = 0;
  for_each_block<T>(
      covariance, w, [&](int64_t row, int64_t count, const Numbers& d, const Numbers& inverse) {
        const auto* const numbers = static_cast<const T*>(other) + row;
        const Numbers ratio = (count == Numbers::kCount ? Numbers::load(numbers)
                                                        : Numbers::load_part(numbers, count)) /
                              d;
        const Numbers of_factor = capacitance.solve(w, s) * inverse;
        share.add(of_factor);
        sum += ((1.0 - of_factor) * ratio - 1.0 - log(ratio)).sum(count);
      });
  *largest_share = share.value();
  return sum;
}

}  // namespace

template <>
const MatrixKernels& matrix_kernels_of<isa::CPU_CAPABILITY>() {
  static constexpr MatrixKernels made{
      .bartlett = {&run_bartlett<float>, &run_bartlett<double>},
      .bartlett_backward = {&run_bartlett_backward<float>, &run_bartlett_backward<double>},
      .solve = {&run_solve<float>, &run_solve<double>},
      .solve_backward = {&run_solve_backward<float>, &run_solve_backward<double>},
      .gram = {&gram<float>, &gram<double>},
      .gram_again = {&gram_again<float>, &gram_again<double>},
      .weigh = {&weigh<float>, &weigh<double>},
      .project = {&project<float>, &project<double>},
      .residual = {&residual<float>, &residual<double>},
      .gradients = {&gradients<float>, &gradients<double>},
      .divergence = {&divergence<float>, &divergence<double>}};
  return made;
}

}  // namespace torch::distributions::ops::engine
