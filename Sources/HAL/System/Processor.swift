/// The abilities of the machine's processor.
public enum Processor {
    /// Whether it has AES instructions that the cryptographic library uses.
    ///
    /// mbedTLS uses those of x86 in every version, those of ARM from 3.6 on only; Debian 12 has
    /// 2.28, so an ARM processor counts as having none.
    public static let hasAES = has(flag: "aes", in: cpuInformation)

    private static var cpuInformation: [UInt8] {
        do throws(SystemError) {
            return try FileStore.read("/proc/cpuinfo", limit: 1 << 20)
        } catch {
            return []
        }
    }

    /// Whether the line `flags` of /proc/cpuinfo, which only x86 has, contains `flag`.
    static func has(flag: String, in information: [UInt8]) -> Bool {
        for line in information.split(separator: UInt8(ascii: "\n")) {
            let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard let first = words.first, first.elementsEqual("flags".utf8) else { continue }
            return words.contains { $0.elementsEqual(flag.utf8) }
        }
        return false
    }
}
