internal import CLinux
import CMbedTLS

/// The AES instructions of processors, as mbedTLS uses them.
public enum AESInstructions {
    /// Whether mbedTLS uses them here: this processor has them, and this version knows them.
    ///
    /// It does on x86 in each version (`MBEDTLS_AESNI_C`), and on ARM from 3.6 on
    /// (`MBEDTLS_AESCE_C`): in Debian 13, and not in Debian 12, which has 2.28. Elsewhere it reads
    /// tables, which is slower and not constant in time.
    public static var areUsed: Bool {
        areKnown && clinux_has_aes() != 0
    }

    private static var areKnown: Bool {
        #if arch(x86_64)
            true
        #elseif arch(arm64)
            MBEDTLS_VERSION_NUMBER >= 0x0306_0000
        #else
            false
        #endif
    }
}
