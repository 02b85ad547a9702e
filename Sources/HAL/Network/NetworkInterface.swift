internal import CLinux

/// A network interface of this machine, as the kernel describes it.
public struct NetworkInterface: Equatable, Sendable {
    /// The name, such as "eth0".
    public let name: String
    /// The kernel's number.
    public private(set) var index: UInt32 = 0
    /// Whether a person or a program has switched it on.
    public let isUp: Bool
    /// Whether the interface has a carrier: a cable with a running device at the other end, or a
    /// joined Wi-Fi.
    public let isRunning: Bool
    public let isLoopback: Bool
    /// Whether the interface leads to neighbours that hear datagrams to a group.
    public private(set) var canMulticast = false
    /// The addresses, with port 0.
    public let addresses: [SocketAddress]
    /// For each address, how many of its 128 bits are the network's.
    public private(set) var prefixes: [Int] = []
    /// Whether the interface leads to every host that has no other route.
    public private(set) var hasDefaultRoute = false
    /// Whether the kernel shows a device behind the interface.
    private(set) var hasDevice = false

    public func has(_ family: SocketAddress.Family) -> Bool {
        addresses.contains { $0.family == family }
    }

    /// Returns whether a station with this one address, or with every address, reaches neighbours
    /// here by datagrams to a group.
    public func reachesNeighbours(from address: SocketAddress?) -> Bool {
        guard isUp, isRunning, canMulticast, !addresses.isEmpty else { return false }
        return address.map { own in addresses.contains { $0.host == own.host } } ?? true
    }

    /// Returns all interfaces, in the kernel's order; nil when the kernel does not list them.
    public static func all() -> [NetworkInterface]? {
        let capacity = Int(CLINUX_INTERFACES_MAX)
        var raw = [clinux_interface](repeating: clinux_interface(), count: capacity)
        // SAFETY: at most as many are written as there is room for.
        let count = unsafe raw.withUnsafeMutableBufferPointer { buffer in
            unsafe clinux_interfaces(buffer.baseAddress!, Int32(buffer.count))
        }
        guard count >= 0 else { return nil }
        let outward = DefaultRoutes.interfaces()
        return raw.prefix(Int(count)).map { NetworkInterface($0, outward) }
    }
}

extension NetworkInterface {
    private init(_ raw: clinux_interface, _ outward: [String]) {
        var raw = raw
        let name = text(&raw.name)
        let places = 0..<Int(raw.address_count)
        self.init(
            name: name, index: raw.index, isUp: raw.is_up != 0, isRunning: raw.is_running != 0,
            isLoopback: raw.is_loopback != 0, canMulticast: raw.can_multicast != 0,
            addresses: Self.array(of: &raw.addresses, places).map { SocketAddress($0) },
            prefixes: Self.array(of: &raw.prefixes, places).map { (one: UInt8) in Int(one) },
            hasDefaultRoute: outward.contains(name),
            hasDevice: FileStore.exists("/sys/class/net/\(name)/device"))
    }

    /// Returns the first elements of a C array.
    private static func array<Field, Element: BitwiseCopyable>(
        of field: inout Field, _ places: Range<Int>
    ) -> [Element] {
        unsafe withUnsafeBytes(of: &field) { bytes in
            // SAFETY: an element that does not lie in the field is a trap.
            places.map { place in
                unsafe bytes.load(
                    fromByteOffset: place * MemoryLayout<Element>.stride, as: Element.self)
            }
        }
    }
}

/// Why this machine can reach no other: a fault of its own cable, Wi-Fi or address.
public enum NetworkFault: Equatable, Sendable {
    /// There is no interface but the loopback.
    case noInterface
    /// The interface is switched off.
    case down(String)
    /// No cable, no running device at its other end, or no joined Wi-Fi.
    case noCarrier(String)
    /// No address of a family that the peers have.
    case noAddress(String)
    /// This machine does not have the one address that the settings name.
    case lostListen(String)

    /// Finds the fault of all interfaces together; nil when one can be used.
    ///
    /// - Parameters:
    ///   - interfaces: all interfaces.
    ///   - families: the families of the peers' addresses; one of these is enough.
    ///   - listen: the one address of this station; nil for every address of the machine.
    public init?(
        _ interfaces: [NetworkInterface], for families: [SocketAddress.Family],
        listen: SocketAddress? = nil
    ) {
        let others = interfaces.filter { !$0.isLoopback }
        // An interface made by a program leads nowhere, or leads there by another interface.
        let real = others.filter { $0.kind != .virtual }
        let ranked = NetworkInterface.ranked(real.isEmpty ? others : real)
        let isUsable = ranked.contains { one in
            one.isUp && one.isRunning && families.contains { one.has($0) }
        }
        guard !isUsable else {
            let isOwn = interfaces.contains { one in
                one.addresses.contains { $0.host == listen?.host }
            }
            guard let listen, !isOwn, !listen.isLoopback else { return nil }
            self = .lostListen(listen.host)
            return
        }
        if let one = ranked.first(where: { $0.isUp && $0.isRunning }) {
            self = .noAddress(one.name)
        } else if let one = ranked.first(where: { $0.isUp }) {
            self = .noCarrier(one.name)
        } else if let one = ranked.first {
            self = .down(one.name)
        } else {
            self = .noInterface
        }
    }

    /// The code of the fault, for programs.
    public var code: StaticString {
        switch self {
        case .noInterface: "no_interface"
        case .down: "link_down"
        case .noCarrier: "no_carrier"
        case .noAddress: "no_address"
        case .lostListen: "lost_listen"
        }
    }

    /// The fault, for people.
    public var text: String {
        switch self {
        case .noInterface: "this machine has no network interface"
        case .down(let name): "\(name) is switched off"
        case .noCarrier(let name):
            Self.isWireless(name)
                ? "\(name) has joined no Wi-Fi" : "\(name) has no link: its cable or switch is out"
        case .noAddress(let name): "\(name) has no address that reaches a peer"
        case .lostListen(let host):
            "this machine has no longer the address \(host), at which alone it listens"
        }
    }

    /// The way out, for people.
    public var fix: String {
        switch self {
        case .noInterface: "see the cable of the USB adapter, and ip link"
        case .down(let name): "sudo ip link set \(name) up"
        case .noCarrier(let name):
            Self.isWireless(name)
                ? "join it: sudo nmtui, or raspi-config" : "plug the cable in at both ends"
        case .noAddress: "see whether the router gives addresses (DHCP), and ip address"
        case .lostListen:
            "have the router give that address again, or set another `listen` in [network]"
        }
    }

    private static func isWireless(_ name: String) -> Bool { name.hasPrefix("wl") }
}

/// Interfaces that lead to other machines, and those that programs have made.
extension NetworkInterface {
    public enum Kind: Int, Sendable {
        /// A cable or a radio.
        case hardware
        /// A bridge, a VLAN or the like, which may lead to a LAN.
        case other
        /// An interface for containers or virtual machines, or a tunnel through another interface.
        case virtual
    }

    public var kind: Kind {
        if hasDevice { return .hardware }
        if Self.isVirtual(name) { return .virtual }
        // In a container the cable has no device either; the name of a VLAN has a dot.
        let isCable = ["e", "wl", "ww", "usb"].contains { name.hasPrefix($0) }
        return isCable && !name.utf8.contains(UInt8(ascii: ".")) ? .hardware : .other
    }

    /// Whether Docker, Podman, libvirt, LXD, Kubernetes, WireGuard, Tailscale and the like give
    /// this name.
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

    /// Sorts interfaces: hardware first, and in each kind those with the default route first; else
    /// in the kernel's order.
    public static func ranked(_ interfaces: [NetworkInterface]) -> [NetworkInterface] {
        [Kind.hardware, .other, .virtual].flatMap { kind in
            let alike = interfaces.filter { $0.kind == kind }
            return alike.filter { $0.hasDefaultRoute } + alike.filter { !$0.hasDefaultRoute }
        }
    }

    /// The addresses at which other machines reach this one, those of hardware first.
    public static var reachable: [SocketAddress] {
        ranked(all() ?? []).filter { $0.isUp && $0.isRunning && !$0.isLoopback }
            .flatMap { $0.addresses }.filter { $0.scope == 0 }
    }

    /// Returns the interfaces on which a station looks for neighbours.
    ///
    /// - Parameters:
    ///   - interfaces: all interfaces.
    ///   - listen: the one address of this station; nil for every address of the machine.
    /// - Returns: at most eight: those that lead to other machines first, then all others that
    ///   reach neighbours.
    public static func neighbourly(
        _ interfaces: [NetworkInterface], from listen: SocketAddress?
    ) -> (used: [NetworkInterface], leftOut: [NetworkInterface]) {
        let most = 8
        let usable = interfaces.filter { $0.reachesNeighbours(from: listen) }
        // A bridge with the default route is the LAN, however many cables it has.
        let outward = ranked(usable.filter { $0.hasDefaultRoute })
        let all = outward + ranked(usable.filter { !$0.hasDefaultRoute })
        return (Array(all.prefix(most)), Array(all.dropFirst(most)))
    }
}

/// The kernel's tables of routes (proc_net(5)).
enum DefaultRoutes {
    /// Returns the interfaces with a route to every host, of either family.
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

/// A Wi-Fi interface of this machine.
public struct WirelessInterface: Equatable, Sendable {
    /// The name, such as "wlan0".
    public let name: String
    /// Whether the interface is in use; nil when the kernel does not report it.
    public let isUp: Bool?
    /// Whether the interface sleeps between packets; nil when its driver does not report it.
    public let savesPower: Bool?

    /// Returns the interfaces that sysfs shows as Wi-Fi, by name; none is not an error.
    public static func all(in folder: String = "/sys/class/net") -> [WirelessInterface] {
        let names = (try? FileStore.names(in: folder, suffix: "")) ?? []
        return names.compactMap { name in
            let isWireless = ["phy80211", "wireless"].contains {
                FileStore.exists("\(folder)/\(name)/\($0)")
            }
            guard isWireless else { return nil }
            let saves = unsafe clinux_wireless_saves_power(name)
            return WirelessInterface(
                name: name, isUp: isUp("\(folder)/\(name)/operstate"),
                savesPower: saves < 0 ? nil : saves == 1)
        }
    }

    /// Reads the kernel's word for the state of an interface (RFC 2863 §3.1.14).
    private static func isUp(_ path: String) -> Bool? {
        guard let bytes = try? FileStore.read(path, limit: 64) else { return nil }
        if bytes.starts(with: "up".utf8) { return true }
        return bytes.starts(with: "unknown".utf8) ? nil : false
    }
}

/// Reports whether the kernel has changed a link, an address or a route of this machine.
public final class NetworkWatch {
    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        descriptor = try FileDescriptor(clinux_network_watch(), "watch the network")
    }

    /// The descriptor for the event loop: readable when something has changed.
    public var fd: Int32 { descriptor.raw }

    /// Returns whether anything has changed since the last call; one system call when nothing has.
    public func hasChanged() -> Bool { clinux_network_changed(descriptor.raw) != 0 }
}
