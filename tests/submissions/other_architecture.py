# expect: died crashed (signal 31
# from: confined
# Enters the kernel as 32-bit code does; the numbers of system calls mean something else there.
import ctypes
import mmap


def double(x):
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20; int 0x80; ret
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    function()
    return 2 * x
