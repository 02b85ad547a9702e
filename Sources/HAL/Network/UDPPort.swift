/// The users of a UDP port of this machine, from the kernel's public tables.
public enum UDPPort {
    /// How many sockets are bound to it, of both families; nil when the tables cannot be read.
    public static func socketCount(of port: UInt16) -> Int? {
        var count: Int?
        for table in ["/proc/net/udp", "/proc/net/udp6"] {
            guard let bytes = try? FileStore.read(table, limit: 1 << 20) else { continue }
            count = (count ?? 0) + socketCount(of: port, in: bytes)
        }
        return count
    }

    /// Counts the rows of one table (proc_net_udp(5)) with this local port.
    static func socketCount(of port: UInt16, in table: [UInt8]) -> Int {
        table.split(separator: UInt8(ascii: "\n")).dropFirst().count { row in
            // "  12: 00000000:15C9 …": a number, then address and port in hexadecimal.
            let words = row.split(separator: UInt8(ascii: " "))
            guard words.count > 1,
                let digits = words[1].split(separator: UInt8(ascii: ":")).last
            else { return false }
            return UInt16(String(decoding: digits, as: UTF8.self), radix: 16) == port
        }
    }
}
