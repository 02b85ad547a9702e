import Foundation
import Testing
import Vectors

@testable import Crypto

@Suite struct KeyTests {
    @Test func fillingStartsFromZeros() {
        var before: [UInt8] = []
        let key = Key { bytes in
            before = [UInt8](bytes.span)
            for i in bytes.indices { bytes[i] = UInt8(i) }
        }
        #expect(before == [UInt8](repeating: 0, count: 32))
        #expect([UInt8](key.bytes) == (0..<32).map { UInt8($0) })
    }

    @Test func copyIsEqualAndItsOwn() {
        let key = Key.random()
        var copy = key.copy()
        #expect(copy.isEqual(to: key) == true)
        var bytes = copy.mutableBytes
        bytes[31] ^= 1
        #expect(copy.isEqual(to: key) == false)
    }

    @Test func onlyZerosAreZero() {
        #expect(Key.zero().isZero == true)
        for bit in 0..<256 {
            let key = Key { bytes in bytes[bit / 8] = 1 << (bit % 8) }
            #expect(key.isZero == false, "bit \(bit)")
        }
    }

    @Test func nothingIsLeftOfAKeyThatIsGone() async {
        // In a process of its own, where no other test takes the place meanwhile.
        await #expect(processExitsWith: .success) {
            var address: UInt = 0
            do {
                let key = Key(copying: [UInt8](repeating: 0xA5, count: 32).span)
                address = place(of: key)
                precondition(bytes(32, at: address).allSatisfy { $0 == 0xA5 })
            }
            precondition(bytes(32, at: address).allSatisfy { $0 == 0 })
        }
    }

    @Test func nothingIsLeftOfKeysThatWereReplaced() async {
        await #expect(processExitsWith: .success) {
            var page: UInt = 0
            do {
                var state = SymmetricState(suite: .aesGCM, protocolName: [1, 2, 3].span)
                state.mixKey(Key.random())
                state.mixKeyAndHash(Key.random())
                let copy = state.copy()
                page = place(of: copy.chainingKey) & ~4095
                precondition(!bytes(4096, at: page).allSatisfy { $0 == 0 })
            }
            // Whatever places the keys used, all of them are zero now.
            precondition(bytes(4096, at: page).allSatisfy { $0 == 0 })
        }
    }

    @Test func keysStayOutOfCoreDumpsAndChildren() throws {
        let key = Key.random()
        let address = place(of: key)
        var isInside = false
        var flags: Substring?
        // Not by file size: files of /proc have none.
        let file = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
        let maps = String(decoding: try #require(try file.readToEnd()), as: UTF8.self)
        for line in maps.split(separator: "\n") where flags == nil {
            let range = line.prefix { $0 != " " }.split(separator: "-")
            if range.count == 2, let low = UInt(range[0], radix: 16),
                let high = UInt(range[1], radix: 16)
            {
                isInside = low <= address && address < high
            } else if isInside, line.hasPrefix("VmFlags:") {
                flags = line
            }
        }
        let words = try #require(flags).split(separator: " ")
        #expect(words.contains("dd"), "\(words)")
        #expect(words.contains("dc"), "\(words)")
        #expect([UInt8](key.bytes).count == 32)
    }

    @Test func thousandsOfKeysAreEachTheirOwn() {
        // More than the pages of keys hold, so that the fallback is used too.
        var keys = KeyChain(count: 5000)
        for i in 0..<5000 { #expect(keys.holds(i) == true) }
        keys.dropHalf()
        for i in 0..<2500 { #expect(keys.holds(i) == true) }
    }

    @Test func threadsDoNotShareKeys() async {
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 as Range<UInt8> {
                group.addTask {
                    for _ in 0..<500 {
                        let key = Key { bytes in
                            for i in bytes.indices { bytes[i] = number }
                        }
                        let other = key.copy()
                        for i in 0..<32 where key.bytes[i] != number || other.bytes[i] != number {
                            return false
                        }
                    }
                    return true
                }
            }
            for await isGood in group { #expect(isGood) }
        }
    }
}

/// Where the bytes of a key lie.
private func place(of key: borrowing Key) -> UInt {
    unsafe key.bytes.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
}

/// The contents of a page of keys now; such a page is never unmapped.
private func bytes(_ count: Int, at address: UInt) -> [UInt8] {
    // SAFETY: mapped and readable for the whole run, see above.
    unsafe Array(
        UnsafeBufferPointer(start: UnsafePointer<UInt8>(bitPattern: address), count: count))
}

/// Many keys held at once, each filled with its number.
@safe private struct KeyChain: ~Copyable {
    private let keys: UnsafeMutablePointer<Key>
    private var count: Int

    init(count: Int) {
        unsafe keys = .allocate(capacity: count)
        self.count = count
        for number in 0..<count {
            unsafe (keys + number).initialize(
                to: Key { bytes in
                    bytes[0] = UInt8(truncatingIfNeeded: number)
                    bytes[31] = UInt8(truncatingIfNeeded: number >> 8)
                })
        }
    }

    deinit {
        unsafe keys.deinitialize(count: count)
        unsafe keys.deallocate()
    }

    borrowing func holds(_ number: Int) -> Bool {
        let bytes = unsafe keys[number].bytes
        return bytes[0] == UInt8(truncatingIfNeeded: number)
            && bytes[31] == UInt8(truncatingIfNeeded: number >> 8) && bytes[1] == 0
    }

    mutating func dropHalf() {
        let kept = count / 2
        unsafe (keys + kept).deinitialize(count: count - kept)
        count = kept
    }
}
