#include "ops/engine/convert.h"

#include <c10/util/BFloat16.h>
#include <c10/util/Exception.h>
#include <c10/util/Half.h>

#include <type_traits>

namespace torch::distributions::ops::engine {
namespace {

/// Calls `f` with a null pointer to the dtype's C++ type.
template <class Function>
void with_type(c10::ScalarType dtype, const Function& f) {
  switch (dtype) {
    case c10::ScalarType::Double:
      return f(static_cast<double*>(nullptr));
    case c10::ScalarType::Float:
      return f(static_cast<float*>(nullptr));
    case c10::ScalarType::Half:
      return f(static_cast<c10::Half*>(nullptr));
    case c10::ScalarType::BFloat16:
      return f(static_cast<c10::BFloat16*>(nullptr));
    case c10::ScalarType::Long:
      return f(static_cast<int64_t*>(nullptr));
    case c10::ScalarType::Int:
      return f(static_cast<int32_t*>(nullptr));
    case c10::ScalarType::Short:
      return f(static_cast<int16_t*>(nullptr));
    case c10::ScalarType::Char:
      return f(static_cast<int8_t*>(nullptr));
    case c10::ScalarType::Byte:
      return f(static_cast<uint8_t*>(nullptr));
    case c10::ScalarType::UInt64:
      return f(static_cast<uint64_t*>(nullptr));
    case c10::ScalarType::UInt32:
      return f(static_cast<uint32_t*>(nullptr));
    case c10::ScalarType::UInt16:
      return f(static_cast<uint16_t*>(nullptr));
    case c10::ScalarType::Bool:
      return f(static_cast<bool*>(nullptr));
    default:
      TORCH_INTERNAL_ASSERT(false, "an evaluation has no operands of ", dtype);
  }
}

/// Half types are constructed from float.
template <class To, class From>
To converted(From x) {
  if constexpr (std::is_same_v<To, c10::Half> || std::is_same_v<To, c10::BFloat16>) {
    return static_cast<To>(static_cast<float>(x));
  } else {
    return static_cast<To>(x);
  }
}

template <class T>
void gather_as(const void* from, c10::ScalarType dtype, int64_t row_stride, int64_t column_stride,
               int64_t rows, int64_t columns, T* to) {
  if (column_stride == 1 && row_stride == columns) {
    columns *= rows;
    rows = 1;
  }
  with_type(dtype, [&]<class From>(From*) {
    for (int64_t row = 0; row < rows; ++row, to += columns) {
      const From* source = static_cast<const From*>(from) + row * row_stride;
      if (column_stride == 1) {
        for (int64_t i = 0; i < columns; ++i) to[i] = static_cast<T>(source[i]);
      } else {
        for (int64_t i = 0; i < columns; ++i) to[i] = static_cast<T>(source[i * column_stride]);
      }
    }
  });
}

template <class T>
void scatter_as(const T* from, int64_t rows, int64_t columns, void* to, c10::ScalarType dtype,
                int64_t row_stride, int64_t column_stride) {
  with_type(dtype, [&]<class To>(To*) {
    for (int64_t row = 0; row < rows; ++row, from += columns) {
      To* target = static_cast<To*>(to) + row * row_stride;
      if (column_stride == 1) {
        for (int64_t i = 0; i < columns; ++i) target[i] = converted<To>(from[i]);
      } else {
        for (int64_t i = 0; i < columns; ++i) target[i * column_stride] = converted<To>(from[i]);
      }
    }
  });
}

}  // namespace

void gather(const void* from, c10::ScalarType dtype, int64_t row_stride, int64_t column_stride,
            int64_t rows, int64_t columns, float* to) {
  gather_as(from, dtype, row_stride, column_stride, rows, columns, to);
}
void gather(const void* from, c10::ScalarType dtype, int64_t row_stride, int64_t column_stride,
            int64_t rows, int64_t columns, double* to) {
  gather_as(from, dtype, row_stride, column_stride, rows, columns, to);
}
void scatter(const float* from, int64_t rows, int64_t columns, void* to, c10::ScalarType dtype,
             int64_t row_stride, int64_t column_stride) {
  scatter_as(from, rows, columns, to, dtype, row_stride, column_stride);
}
void scatter(const double* from, int64_t rows, int64_t columns, void* to, c10::ScalarType dtype,
             int64_t row_stride, int64_t column_stride) {
  scatter_as(from, rows, columns, to, dtype, row_stride, column_stride);
}
void scatter(const int64_t* from, int64_t rows, int64_t columns, void* to, c10::ScalarType dtype,
             int64_t row_stride, int64_t column_stride) {
  scatter_as(from, rows, columns, to, dtype, row_stride, column_stride);
}

}  // namespace torch::distributions::ops::engine
