/// Interfaces that lead to other machines, and those that programs have made.
extension NetworkInterface {
    public enum Kind: Int, Sendable {
        /// A cable or a radio.
        case hardware
        /// A bridge, a VLAN or the like, which may lead to a LAN.
        case other
        /// For containers and virtual machines, or a tunnel through another interface.
        case virtual
    }

    public var kind: Kind {
        if hasDevice { return .hardware }
        if Self.isVirtual(name) { return .virtual }
        // In a container its cable is no device either; a VLAN has a dot.
        let isCable = ["e", "wl", "ww", "usb"].contains { name.hasPrefix($0) }
        return isCable && !name.utf8.contains(UInt8(ascii: ".")) ? .hardware : .other
    }

    /// Whether a name is one that Docker, Podman, libvirt, LXD, Kubernetes, WireGuard, Tailscale
    /// and the like give.
    private static func isVirtual(_ name: String) -> Bool {
        let marks = [
            "docker", "veth", "wg", "tailscale", "tun", "tap", "virbr", "vnet", "lxc", "lxd",
            "incus", "podman", "cni", "cali", "flannel", "kube", "vxlan", "zt", "dummy", "ifb",
            "vmnet", "vboxnet", "nordlynx",
        ]
        // Docker's own networks: br- and twelve digits.
        let isDockers = name.hasPrefix("br-") && name.utf8.count == 15
        return isDockers || marks.contains { name.hasPrefix($0) }
    }

    /// Hardware first, and of each kind that with the default route; else in the kernel's order.
    public static func ranked(_ interfaces: [NetworkInterface]) -> [NetworkInterface] {
        [Kind.hardware, .other, .virtual].flatMap { kind in
            let alike = interfaces.filter { $0.kind == kind }
            return alike.filter { $0.hasDefaultRoute } + alike.filter { !$0.hasDefaultRoute }
        }
    }

    /// The interfaces on which a station looks for neighbours.
    ///
    /// - Parameters:
    ///   - interfaces: all interfaces.
    ///   - listen: the one address of this station; nil for every address of the machine.
    /// - Returns: at most eight, those that lead to other machines first, and all others that reach
    ///   neighbours.
    public static func neighbourly(
        _ interfaces: [NetworkInterface], from listen: SocketAddress?
    ) -> (used: [NetworkInterface], leftOut: [NetworkInterface]) {
        let most = 8
        let usable = interfaces.filter { $0.reachesNeighbours(from: listen) }
        // A bridge with the default route is the LAN, however many cables there are.
        let outward = ranked(usable.filter { $0.hasDefaultRoute })
        let all = outward + ranked(usable.filter { !$0.hasDefaultRoute })
        return (Array(all.prefix(most)), Array(all.dropFirst(most)))
    }
}

/// The kernel's tables of routes (proc_net(5)).
enum DefaultRoutes {
    /// The interfaces with a route to every host, of either family.
    static func interfaces() -> [String] {
        func table(_ name: String) -> [UInt8] {
            (try? FileStore.read("/proc/self/net/\(name)", limit: 1 << 20)) ?? []
        }
        return interfaces(table("route"), table("ipv6_route"))
    }

    /// Reads both tables.
    static func interfaces(_ route: [UInt8], _ route6: [UInt8]) -> [String] {
        // "eth0 00000000 0101A8C0 0003 0 0 100 00000000 …": name, destination, …, mask.
        let old = rows(of: route).filter { $0.count > 7 && isZero($0[1]) && isZero($0[7]) }
            .map { String(decoding: $0[0], as: UTF8.self) }
        // "00000000000000000000000000000000 00 … eth0": destination, prefix, …, name.
        let new = rows(of: route6).filter { $0.count > 9 && isZero($0[0]) && isZero($0[1]) }
            .map { String(decoding: $0[9], as: UTF8.self) }
        return old + new
    }

    private static func rows(of table: [UInt8]) -> [[ArraySlice<UInt8>]] {
        table.split(separator: UInt8(ascii: "\n")).map { row in
            row.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        }
    }

    private static func isZero(_ word: ArraySlice<UInt8>) -> Bool {
        word.allSatisfy { $0 == UInt8(ascii: "0") }
    }
}
