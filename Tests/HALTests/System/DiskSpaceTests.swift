import Testing

@testable import HAL

@Suite struct DiskSpaceTests {
    @Test func spaceIsAskedWhereThePathIs() throws {
        #expect(try DiskSpace(at: "/proc").freeBytes == 0)
        let memory = try DiskSpace(at: "/dev/shm")
        #expect(memory.isReadOnly == false && memory.kind == .memory)
        #expect(try DiskSpace(at: "/proc").kind == .lasting)
    }

    @Test func aPathThatIsNotThereIsAnError() {
        #expect(throws: SystemError.self) { try DiskSpace(at: "/nowhere/at/all") }
    }
}
