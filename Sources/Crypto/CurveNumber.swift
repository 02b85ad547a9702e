internal import CMbedTLS

/// A point of mbedTLS; freeing it wipes it.
@safe @usableFromInline struct CurvePoint: ~Copyable {
    let pointer: UnsafeMutablePointer<mbedtls_ecp_point>

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe mbedtls_ecp_point_init(pointer)
    }

    deinit {
        unsafe mbedtls_ecp_point_free(pointer)
        unsafe pointer.deallocate()
    }
}

/// A number of mbedTLS; freeing it wipes it.
@safe @usableFromInline struct CurveNumber: ~Copyable {
    let pointer: UnsafeMutablePointer<mbedtls_mpi>

    init(_ bytes: borrowing Key) {
        self.init(0)
        let status = unsafe bytes.bytes.withUnsafeBufferPointer {
            unsafe mbedtls_mpi_read_binary(pointer, $0.baseAddress!, $0.count)
        }
        precondition(status == 0)
    }

    init(_ value: Int) {
        unsafe pointer = .allocate(capacity: 1)
        unsafe mbedtls_mpi_init(pointer)
        let status = unsafe mbedtls_mpi_lset(pointer, mbedtls_mpi_sint(value))
        precondition(status == 0)
    }

    deinit {
        unsafe mbedtls_mpi_free(pointer)
        unsafe pointer.deallocate()
    }

    /// Subtracts itself from `whole`; false when the result is negative.
    func subtract(from whole: UnsafePointer<mbedtls_mpi>) -> Bool {
        unsafe mbedtls_mpi_sub_abs(pointer, whole, pointer) == 0
    }
}
