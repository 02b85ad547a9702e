internal import HAL
internal import Peering
internal import Wire

/// The sockets for multicast DNS: one for each family of addresses on each interface.
struct NeighbourSockets: ~Copyable {
    /// One socket, where it is, and the address it sends from if that is given.
    private final class One {
        let socket: MulticastSocket
        let link: Link

        init(_ socket: consuming MulticastSocket, _ link: Link) {
            self.socket = socket
            self.link = link
        }
    }

    private let loop: EventLoop
    /// The one address of this station by its settings; nil for every address of the machine.
    private let listen: SocketAddress?
    private var all: [One] = []
    /// The socket that is read first: each in turn.
    private var first = 0
    private(set) var links: [LinkAddresses] = []
    private(set) var problem: String?

    init(listen: String?) throws(SystemError) {
        loop = try EventLoop()
        self.listen = listen.flatMap { SocketAddress(host: $0, port: 0) }
    }

    var fd: Int32 { loop.fd }

    /// Opens and closes sockets as the interfaces of this machine want it.
    ///
    /// - Returns: Whether there are other links, or other addresses on them.
    mutating func look() -> Bool {
        let interfaces = NetworkInterface.neighbourly(NetworkInterface.all() ?? [], from: listen)
        var kept: [One] = []
        var links: [LinkAddresses] = []
        problem = nil
        for interface in interfaces.used {
            for family in families(of: interface) {
                let link = Link(interface: interface.index, isIPv6: family == .ipv6)
                guard let one = all.first(where: { $0.link == link }) ?? open(family, interface)
                else { continue }
                kept.append(one)
                links.append(LinkAddresses(link, interface.ownAddresses(listen)))
            }
        }
        for one in all where !kept.contains(where: { $0 === one }) {
            try? loop.remove(fd: one.socket.fd)
        }
        all = kept
        defer { self.links = links }
        return links != self.links
    }

    /// The next datagram that waits at any of the sockets; nil when none does.
    mutating func receive(
        into bytes: inout MutableSpan<UInt8>
    ) -> (MulticastSocket.Arrival, Link)? {
        for step in all.indices {
            let place = (first + step) % all.count
            if let arrival = all[place].socket.receive(into: &bytes) {
                first = place + 1
                return (arrival, all[place].link)
            }
        }
        return nil
    }

    /// False when the kernel does not take it.
    func send(_ bytes: Span<UInt8>, on link: Link) -> Bool {
        guard let one = all.first(where: { $0.link == link }) else { return false }
        return one.socket.send(bytes) == .sent
    }

    private func families(of interface: NetworkInterface) -> [SocketAddress.Family] {
        let all: [SocketAddress.Family] = listen.map { [$0.family] } ?? [.ipv4, .ipv6]
        return all.filter { interface.has($0) }
    }

    private mutating func open(
        _ family: SocketAddress.Family, _ interface: NetworkInterface
    ) -> One? {
        do throws(SystemError) {
            let socket = try MulticastSocket(family, on: interface, from: listen)
            try loop.add(fd: socket.fd, token: 0)
            return One(socket, Link(interface: interface.index, isIPv6: family == .ipv6))
        } catch {
            problem = error.description
            return nil
        }
    }
}

extension NetworkInterface {
    /// Its addresses as `Discovery` wants them; with `listen` that one alone.
    fileprivate func ownAddresses(_ listen: SocketAddress?) -> [OwnAddress] {
        addresses.indices.filter { place in
            listen.map { $0.host == addresses[place].host } ?? true
        }.map { OwnAddress(Endpoint(addresses[$0]), prefix: prefixes[$0]) }
    }
}
